#include "storage/index/customers.h"

#include <string.h>

#include "storage/index/database.h"

enum { CUSTOMER_NUMBER_MAX = 32 };

static const uint8_t no_pin[1]; /* an empty blob, not NULL */

static const char add_sql[] = "INSERT INTO customers (id, number, name, pin, created_us)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
static const char find_sql[] =
    "SELECT id, number, name, created_us, pin FROM customers WHERE number = ?1";
static const char set_pin_sql[] = "UPDATE customers SET pin = ?1 WHERE number = ?2";
static const char list_sql[] = "SELECT id, number, name, created_us FROM customers ORDER BY number";

static bool number_is_valid(const char *number)
{
    size_t length =
        strspn(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");

    return length >= 1 && length <= CUSTOMER_NUMBER_MAX && number[length] == '\0';
}

static void read_customer(struct statement *statement, struct customer *customer)
{
    customer->id = statement_read_uuid(statement);
    statement_read_text(statement, customer->number, sizeof customer->number);
    statement_read_text(statement, customer->name, sizeof customer->name);
    customer->created = statement_read_time(statement);
}

enum status customers_add(struct index *index, const struct customer *customer,
                          const struct sealed_pin *pin, struct fault *fault)
{
    struct statement statement;

    if (!number_is_valid(customer->number))
        return fault_set(fault, STATUS_INVALID, 0,
                         "customer number must be 1 to %d of 0-9, A-Z, a-z and '-'",
                         CUSTOMER_NUMBER_MAX);
    if (!customer->name[0])
        return fault_set(fault, STATUS_INVALID, 0, "customer name is empty");
    enum status status = statement_begin(index, STATEMENT_CUSTOMER_ADD, add_sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    statement_uuid(&statement, &customer->id);
    statement_text(&statement, customer->number);
    statement_text(&statement, customer->name);
    statement_blob(&statement, pin ? pin->b : no_pin, pin ? sizeof pin->b : 0);
    statement_time(&statement, customer->created);
    status = statement_run(&statement, NULL, fault, "add customer");
    if (status == STATUS_EXISTS)
        return fault_set(fault, status, 0, "customer %s is already there", customer->number);
    return status;
}

static enum status no_such_customer(const char *number, struct fault *fault)
{
    return fault_set(fault, STATUS_NOT_FOUND, 0, "no customer %s", number);
}

enum status customers_pin(struct index *index, const char *number, struct customer *customer,
                          struct sealed_pin *pin, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CUSTOMER_FIND, find_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_text(&statement, number);
    status = statement_step(&statement, &row, fault, "find customer");
    if (status == STATUS_OK && row) {
        read_customer(&statement, customer);
        statement_read_blob(&statement, pin->b, sizeof pin->b);
    }
    statement_end(&statement);
    return status == STATUS_OK && !row ? no_such_customer(number, fault) : status;
}

enum status customers_find(struct index *index, const char *number, struct customer *customer,
                           struct fault *fault)
{
    struct sealed_pin pin;

    return customers_pin(index, number, customer, &pin, fault);
}

enum status customers_set_pin(struct index *index, const char *number, const struct sealed_pin *pin,
                              struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_CUSTOMER_SET_PIN, set_pin_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_blob(&statement, pin->b, sizeof pin->b);
    statement_text(&statement, number);
    status = statement_run(&statement, &changes, fault, "set PIN");
    return status == STATUS_OK && !changes ? no_such_customer(number, fault) : status;
}

enum status customers_list(struct index *index,
                           void (*visit)(void *context, const struct customer *customer),
                           void *context, struct fault *fault)
{
    struct statement statement;
    struct customer customer;
    bool row = false;
    enum status status =
        statement_begin(index, STATEMENT_CUSTOMER_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    while ((status = statement_step(&statement, &row, fault, "list customers")) == STATUS_OK &&
           row) {
        read_customer(&statement, &customer);
        visit(context, &customer);
    }
    statement_end(&statement);
    return status;
}
