#include <netinet/in.h>
#include <string.h>

#include "storage/index/customers.h"
#include "storage/index/database.h"
#include "storage/index/lookup.h"

/* Networks are kept as their first and last address, 4 bytes of IPv4 or 16 of IPv6. */
enum {
    IPV4_BYTES = 4,
    IPV6_BYTES = 16,
    MAPPED_BITS = 96,
    DIGEST_DIGITS = 64,
    PAUSE_CODE_SIGNS_MIN = 2
};

struct network {
    uint8_t first[IPV6_BYTES];
    uint8_t last[IPV6_BYTES];
    size_t bytes;
    unsigned prefix_bits;
};

#define SOURCE_COLUMNS                                                                             \
    "s.name, s.prefix_bits, COALESCE(c.number, ''), COALESCE(length(s.network_first), 0),"         \
    " s.network_first, s.certificate, s.plain_calls, s.plain_keys, s.calls_max, s.dialogs_max,"    \
    " s.rate_per_s, s.pause_code, s.resume_code, s.channels FROM sources s LEFT JOIN customers c " \
    "ON c.id = s.customer"

static const char add_sql[] =
    "INSERT INTO sources (network_first, network_last, prefix_bits, certificate, customer,"
    " plain_calls, plain_keys, calls_max, dialogs_max, rate_per_s, pause_code, resume_code,"
    " channels, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
static const char change_sql[] =
    "UPDATE sources SET network_first = ?1, network_last = ?2, prefix_bits = ?3, certificate = ?4,"
    " customer = ?5, plain_calls = ?6, plain_keys = ?7, calls_max = ?8, dialogs_max = ?9,"
    " rate_per_s = ?10, pause_code = ?11, resume_code = ?12, channels = ?13 WHERE name = ?14";
static const char remove_sql[] = "DELETE FROM sources WHERE name = ?1";
static const char default_sql[] = "SELECT customer FROM sources WHERE name = ?1";
static const char get_sql[] = "SELECT " SOURCE_COLUMNS " WHERE s.name = ?1";
static const char list_sql[] = "SELECT " SOURCE_COLUMNS " ORDER BY s.name";

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
static bool text_is_plain(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    }
    return !length || (text[0] != ' ' && text[length - 1] != ' ');
}

static bool name_is_valid(const char *name)
{
    return name[0] && strlen(name) < SOURCE_NAME_BYTES && text_is_plain(name);
}

/* "sha256:" and 64 lower-case hex digits, or a common name. */
static bool certificate_is_valid(const char *certificate)
{
    static const char digest[] = "sha256:";
    size_t length = strlen(certificate);

    if (strncmp(certificate, digest, sizeof digest - 1) != 0)
        return length < SOURCE_CERTIFICATE_BYTES && text_is_plain(certificate);
    return strspn(certificate + sizeof digest - 1, "0123456789abcdef") == DIGEST_DIGITS &&
           length == sizeof digest - 1 + DIGEST_DIGITS;
}

static bool code_is_valid(const char *code)
{
    size_t length = strlen(code);

    return !length || (length >= PAUSE_CODE_SIGNS_MIN && length < BOUND_PAUSE_CODE_BYTES &&
                       strspn(code, "0123456789*#") == length);
}

/* Where one code is a part of the other, nobody could press the longer one alone. */
static bool codes_are_apart(const char *pause, const char *resume)
{
    return !*pause || !*resume || strcmp(pause, resume) == 0 ||
           (!strstr(pause, resume) && !strstr(resume, pause));
}

static enum status check_codes(const struct source *source, struct fault *fault)
{
    if (!code_is_valid(source->pause_code) || !code_is_valid(source->resume_code))
        return fault_set(fault, STATUS_INVALID, 0, "a code must be %d to %d of 0-9, '*' and '#'",
                         PAUSE_CODE_SIGNS_MIN, BOUND_PAUSE_CODE_BYTES - 1);
    if (!codes_are_apart(source->pause_code, source->resume_code))
        return fault_set(fault, STATUS_INVALID, 0,
                         "one code is a part of the other: they must be the same, or apart");
    return STATUS_OK;
}

/* What the index needs of a source that it does not bear itself. */
struct checked {
    struct network network; /* bytes 0: any */
    struct uuid customer;
    bool has_customer;
};

static enum status check_source(struct index *index, const struct source *source,
                                struct checked *checked, struct fault *fault)
{
    struct customer customer;

    memset(checked, 0, sizeof *checked);
    if (!name_is_valid(source->name))
        return fault_set(fault, STATUS_INVALID, 0,
                         "source name must be 1 to %d bytes, without control characters"
                         " and spaces at its ends",
                         SOURCE_NAME_BYTES - 1);
    if (source->address.ss_family == AF_UNSPEC && !source->certificate[0])
        return fault_set(fault, STATUS_INVALID, 0,
                         "a source needs a network, a certificate, or both");
    if (source->address.ss_family != AF_UNSPEC && !network_of(source, &checked->network))
        return fault_set(fault, STATUS_INVALID, 0,
                         "the network is no IP address with a prefix that covers all its set bits");
    if (!certificate_is_valid(source->certificate))
        return fault_set(fault, STATUS_INVALID, 0,
                         "the certificate must be a common name of at most %d bytes, or sha256:"
                         " and 64 lower-case hex digits",
                         SOURCE_CERTIFICATE_BYTES - 1);
    if (source->calls_max > SOURCE_LIMIT_MAX || source->dialogs_max > SOURCE_LIMIT_MAX ||
        source->rate_per_s > SOURCE_LIMIT_MAX)
        return fault_set(fault, STATUS_INVALID, 0, "a limit of a source is 0 to %d",
                         SOURCE_LIMIT_MAX);
    if (source->channels > SOURCE_CHANNELS_MAX)
        return fault_set(fault, STATUS_INVALID, 0, "the own channels of a source are 0 to %d",
                         SOURCE_CHANNELS_MAX);
    enum status status = check_codes(source, fault);
    if (status != STATUS_OK || !source->customer[0])
        return status;
    status = customers_find(index, source->customer, &customer, fault);
    if (status == STATUS_OK) {
        checked->customer = customer.id;
        checked->has_customer = true;
    }
    return status;
}

static enum status write_source(struct index *index, enum statement_id id, const char *sql,
                                const struct source *source, int *changes, struct fault *fault)
{
    struct checked checked;
    struct statement statement;
    enum status status = check_source(index, source, &checked, fault);

    if (status == STATUS_OK)
        status = statement_begin(index, id, sql, &statement, fault);
    if (status != STATUS_OK)
        return status;
    bool any = checked.network.bytes == 0;
    statement_blob(&statement, any ? NULL : checked.network.first, checked.network.bytes);
    statement_blob(&statement, any ? NULL : checked.network.last, checked.network.bytes);
    statement_integer(&statement, checked.network.prefix_bits);
    statement_text(&statement, source->certificate);
    statement_uuid(&statement, checked.has_customer ? &checked.customer : NULL);
    statement_integer(&statement, source->plain_calls);
    statement_integer(&statement, source->plain_keys);
    statement_integer(&statement, source->calls_max);
    statement_integer(&statement, source->dialogs_max);
    statement_integer(&statement, source->rate_per_s);
    statement_text(&statement, source->pause_code);
    statement_text(&statement, source->resume_code);
    statement_integer(&statement, source->channels);
    statement_text(&statement, source->name);
    return statement_run(&statement, changes, fault, "write source");
}

static enum status no_such_source(const char *name, struct fault *fault)
{
    return fault_set(fault, STATUS_NOT_FOUND, 0, "no source %s", name);
}

enum status sources_add(struct index *index, const struct source *source, struct fault *fault)
{
    enum status status = write_source(index, STATEMENT_SOURCE_ADD, add_sql, source, NULL, fault);

    if (status == STATUS_EXISTS)
        return fault_set(fault, status, 0,
                         "a source of that name, or of that network and certificate, is already"
                         " there");
    return status;
}

enum status sources_change(struct index *index, const struct source *source, struct fault *fault)
{
    int changes = 0;
    enum status status =
        write_source(index, STATEMENT_SOURCE_CHANGE, change_sql, source, &changes, fault);

    if (status == STATUS_EXISTS)
        return fault_set(fault, status, 0,
                         "another source of that network and certificate is already there");
    return status == STATUS_OK && !changes ? no_such_source(source->name, fault) : status;
}

enum status sources_remove(struct index *index, const char *name, struct fault *fault)
{
    struct statement statement;
    int changes = 0;
    enum status status =
        statement_begin(index, STATEMENT_SOURCE_REMOVE, remove_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_text(&statement, name);
    status = statement_run(&statement, &changes, fault, "remove source");
    return status == STATUS_OK && !changes ? no_such_source(name, fault) : status;
}

enum status sources_default(struct index *index, const char *name, bool *has_customer,
                            struct uuid *customer, struct fault *fault)
{
    struct statement statement;
    bool row = false;
    bool has = false;

    if (name[0]) {
        enum status status =
            statement_begin(index, STATEMENT_SOURCE_DEFAULT, default_sql, &statement, fault);
        if (status != STATUS_OK)
            return status;
        statement_text(&statement, name);
        status = statement_step(&statement, &row, fault, "find source");
        has = status == STATUS_OK && row && sqlite3_column_type(statement.handle, 0) != SQLITE_NULL;
        if (has)
            *customer = statement_read_uuid(&statement);
        statement_end(&statement);
        if (status != STATUS_OK)
            return status;
    }
    *has_customer = has;
    return STATUS_OK;
}

static void read_network(struct statement *statement, struct source *source)
{
    int64_t bytes = statement_read_integer(statement);

    if (bytes == IPV4_BYTES) {
        struct sockaddr_in *in = (struct sockaddr_in *)&source->address;
        in->sin_family = AF_INET;
        statement_read_blob(statement, &in->sin_addr, IPV4_BYTES);
    } else if (bytes == IPV6_BYTES) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&source->address;
        in6->sin6_family = AF_INET6;
        statement_read_blob(statement, &in6->sin6_addr, IPV6_BYTES);
    } else {
        uint8_t none[1];
        source->address.ss_family = AF_UNSPEC;
        statement_read_blob(statement, none, sizeof none);
    }
}

static void read_source(struct statement *statement, struct source *source)
{
    memset(source, 0, sizeof *source);
    statement_read_text(statement, source->name, sizeof source->name);
    source->prefix_bits = (unsigned)statement_read_integer(statement);
    statement_read_text(statement, source->customer, sizeof source->customer);
    read_network(statement, source);
    statement_read_text(statement, source->certificate, sizeof source->certificate);
    source->plain_calls = statement_read_integer(statement) != 0;
    source->plain_keys = statement_read_integer(statement) != 0;
    source->calls_max = (unsigned)statement_read_integer(statement);
    source->dialogs_max = (unsigned)statement_read_integer(statement);
    source->rate_per_s = (unsigned)statement_read_integer(statement);
    statement_read_text(statement, source->pause_code, sizeof source->pause_code);
    statement_read_text(statement, source->resume_code, sizeof source->resume_code);
    source->channels = (unsigned)statement_read_integer(statement);
}

enum status sources_get(struct index *index, const char *name, struct source *source,
                        struct fault *fault)
{
    struct statement statement;
    bool row = false;
    enum status status = statement_begin(index, STATEMENT_SOURCE_GET, get_sql, &statement, fault);

    if (status != STATUS_OK)
        return status;
    statement_text(&statement, name);
    status = statement_step(&statement, &row, fault, "find source");
    if (status == STATUS_OK && row)
        read_source(&statement, source);
    statement_end(&statement);
    return status == STATUS_OK && !row ? no_such_source(name, fault) : status;
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
