#include <netinet/in.h>
#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/database.h"
#include "storage/index/lookup.h"

/* Networks are kept as their first and last address, 4 bytes of IPv4 or 16 of IPv6. */
enum { IPV4_BYTES = 4, IPV6_BYTES = 16, MAPPED_BITS = 96 };

struct network {
    uint8_t first[IPV6_BYTES];
    uint8_t last[IPV6_BYTES];
    size_t bytes;
    unsigned prefix_bits;
};

static const char add_sql[] =
    "INSERT INTO sources (name, network_first, network_last, prefix_bits, customer)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";

/* Blobs of both lengths are in one index; the length keeps the families apart. */
static const char find_sql[] =
    "SELECT name, customer FROM sources"
    " WHERE network_first <= ?1 AND network_last >= ?1 AND length(network_first) = length(?1)"
    " ORDER BY prefix_bits DESC LIMIT 1";

static const char list_sql[] =
    "SELECT s.name, s.prefix_bits, COALESCE(c.number, ''), length(s.network_first), s.network_first"
    " FROM sources s LEFT JOIN customers c ON c.id = s.customer ORDER BY s.name";

/* The address alone, mapped IPv4 unwrapped; 0 where it is of no IP family. */
static size_t address_bytes(const struct sockaddr_storage *address, uint8_t bytes[IPV6_BYTES])
{
    if (address->ss_family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)address)->sin_addr, IPV4_BYTES);
        return IPV4_BYTES;
    }
    if (address->ss_family != AF_INET6)
        return 0;
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(in6)) {
        memcpy(bytes, in6->s6_addr + IPV6_BYTES - IPV4_BYTES, IPV4_BYTES);
        return IPV4_BYTES;
    }
    memcpy(bytes, in6, IPV6_BYTES);
    return IPV6_BYTES;
}

static bool network_of(const struct source *source, struct network *network)
{
    bool mapped = false;

    memset(network, 0, sizeof *network);
    network->bytes = address_bytes(&source->address, network->first);
    network->prefix_bits = source->prefix_bits;
    mapped = network->bytes == IPV4_BYTES && source->address.ss_family == AF_INET6;
    if (mapped) {
        if (network->prefix_bits < MAPPED_BITS)
            return false;
        network->prefix_bits -= MAPPED_BITS;
    }
    if (!network->bytes || network->prefix_bits > network->bytes * 8)
        return false;
    memcpy(network->last, network->first, sizeof network->last);
    for (size_t i = network->prefix_bits; i < network->bytes * 8; i++) {
        uint8_t bit = (uint8_t)(0x80U >> (i % 8));
        if (network->first[i / 8] & bit)
            return false;
        network->last[i / 8] |= bit;
    }
    return true;
}

/* Names are for people, but go into tables and logs: no control characters, no edge of spaces. */
static bool name_is_valid(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    }
    return length >= 1 && length < SOURCE_NAME_BYTES && name[0] != ' ' && name[length - 1] != ' ';
}

static enum status insert_source(struct index *index, const struct source *source,
                                 const struct network *network, const struct uuid *customer,
                                 struct fault *fault)
{
    struct statement statement;
    enum status status = statement_begin(index, STATEMENT_SOURCE_ADD, add_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_text(&statement, source->name);
    statement_blob(&statement, network->first, network->bytes);
    statement_blob(&statement, network->last, network->bytes);
    statement_integer(&statement, network->prefix_bits);
    statement_uuid(&statement, customer);
    status = statement_run(&statement, NULL, fault, "add source");
    if (status == STATUS_EXISTS)
        return fault_set(fault, status, 0, "a source of that name or network is already there");
    return status;
}

enum status sources_add(struct index *index, const struct source *source, struct fault *fault)
{
    struct network network;
    struct customer customer;
    const struct uuid *owner = NULL;

    if (!name_is_valid(source->name))
        return fault_set(fault, STATUS_INVALID, 0,
                         "source name must be 1 to %d bytes, without control characters"
                         " and spaces at its ends",
                         SOURCE_NAME_BYTES - 1);
    if (!network_of(source, &network))
        return fault_set(fault, STATUS_INVALID, 0,
                         "the network is no IP address with a prefix that covers all its set bits");
    if (source->customer[0]) {
        enum status status = customers_find(index, source->customer, &customer, fault);
        if (status != STATUS_OK)
            return status;
        owner = &customer.id;
    }
    return insert_source(index, source, &network, owner, fault);
}

enum status sources_find(struct index *index, const struct sockaddr_storage *address,
                         char name[static SOURCE_NAME_BYTES], bool *has_customer,
                         struct uuid *customer, struct fault *fault)
{
    struct statement statement;
    uint8_t bytes[IPV6_BYTES];
    size_t count = address ? address_bytes(address, bytes) : 0;
    bool row = false;

    if (count) {
        enum status status =
            statement_begin(index, STATEMENT_SOURCE_FIND, find_sql, &statement, fault);
        if (status != STATUS_OK)
            return status;
        statement_blob(&statement, bytes, count);
        status = statement_step(&statement, &row, fault, "find source");
        if (status == STATUS_OK && row) {
            *has_customer = sqlite3_column_type(statement.handle, 1) != SQLITE_NULL;
            statement_read_text(&statement, name, SOURCE_NAME_BYTES);
            if (*has_customer)
                *customer = statement_read_uuid(&statement);
        }
        statement_end(&statement);
        if (status != STATUS_OK)
            return status;
    }
    if (!row) {
        name[0] = '\0';
        *has_customer = false;
    }
    return STATUS_OK;
}

static void read_source(struct statement *statement, struct source *source)
{
    memset(source, 0, sizeof *source);
    statement_read_text(statement, source->name, sizeof source->name);
    source->prefix_bits = (unsigned)statement_read_integer(statement);
    statement_read_text(statement, source->customer, sizeof source->customer);
    if (statement_read_integer(statement) == IPV4_BYTES) {
        struct sockaddr_in *in = (struct sockaddr_in *)&source->address;
        in->sin_family = AF_INET;
        statement_read_blob(statement, &in->sin_addr, IPV4_BYTES);
    } else {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&source->address;
        in6->sin6_family = AF_INET6;
        statement_read_blob(statement, &in6->sin6_addr, IPV6_BYTES);
    }
}

enum status sources_list(struct index *index,
                         void (*visit)(void *context, const struct source *source), void *context,
                         struct fault *fault)
{
    struct statement statement;
    struct source source;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_SOURCE_LIST, list_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    while ((status = statement_step(&statement, &row, fault, "list sources")) == STATUS_OK && row) {
        read_source(&statement, &source);
        visit(context, &source);
    }
    statement_end(&statement);
    return status;
}
