#include "ingest/source_table.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/address.h"

struct source_table {
    struct call_source **source; /* by name */
    size_t count;
};

#define FINGERPRINT_PREFIX "sha256:"

static const uint8_t *address_bytes(const struct sockaddr_storage *address, unsigned *bits)
{
    if (address->ss_family == AF_INET) {
        *bits = 32;
        return (const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr;
    }
    *bits = 128;
    return (const uint8_t *)&((const struct sockaddr_in6 *)address)->sin6_addr;
}

static bool in_network(const struct source *source, const struct sockaddr_storage *address)
{
    unsigned bits;

    if (source->address.ss_family == AF_UNSPEC)
        return true;
    if (source->address.ss_family != address->ss_family)
        return false;
    const uint8_t *network = address_bytes(&source->address, &bits);
    const uint8_t *host = address_bytes(address, &bits);
    unsigned prefix = source->prefix_bits < bits ? source->prefix_bits : bits;
    unsigned rest = prefix % 8;
    if (memcmp(network, host, prefix / 8) != 0)
        return false;
    return !rest || (network[prefix / 8] ^ host[prefix / 8]) >> (8 - rest) == 0;
}

static bool has_certificate(const struct source *source, const struct sip_peer *peer)
{
    const char *wanted = source->certificate;
    size_t prefix = sizeof FINGERPRINT_PREFIX - 1;

    if (!*wanted)
        return true;
    if (strncasecmp(wanted, FINGERPRINT_PREFIX, prefix) == 0)
        return strcasecmp(wanted + prefix, peer->certificate_fingerprint) == 0;
    /* a fingerprint is there whenever a certificate was verified, a common name is not */
    return *peer->certificate_fingerprint && strcasecmp(wanted, peer->certificate_name) == 0;
}

static bool is_match(const struct source *source, const struct sip_peer *peer)
{
    struct sockaddr_storage address = peer->address;

    address_unmap(&address);
    return in_network(source, &address) && has_certificate(source, peer);
}

/* How much a match says; see the header. */
static unsigned match_weight(const struct source *source)
{
    bool network = source->address.ss_family != AF_UNSPEC;

    return (*source->certificate ? 1000 : 0) + (network ? 1 + source->prefix_bits : 0);
}

struct call_source *source_table_find(const struct source_table *table, const struct sip_peer *peer)
{
    struct call_source *best = NULL;

    for (size_t i = 0; i < table->count; i++) {
        struct call_source *source = table->source[i];
        if (!source->configured || !is_match(&source->settings, peer))
            continue;
        if (!best || match_weight(&source->settings) > match_weight(&best->settings))
            best = source;
    }
    return best;
}

bool source_table_is(const struct source_table *table, const struct call_source *source,
                     const struct source *was, const struct sip_peer *peer)
{
    const struct call_source *best = source_table_find(table, peer);

    if (best == source)
        return true;
    return is_match(was, peer) && (!best || match_weight(&best->settings) <= match_weight(was));
}

static int compare_names(const void *one, const void *other)
{
    const struct call_source *const *left = one;
    const struct call_source *const *right = other;

    return strcmp((*left)->settings.name, (*right)->settings.name);
}

static int compare_name(const void *name, const void *one)
{
    const struct call_source *const *source = one;

    return strcmp(name, (*source)->settings.name);
}

/* They are read again with every change of the index, each second while calls come: not by walking.
 */
static struct call_source *find_name(const struct source_table *table, const char *name)
{
    struct call_source *const *found =
        table->count
            ? bsearch(name, table->source, table->count, sizeof(struct call_source *), compare_name)
            : NULL;

    return found ? *found : NULL;
}

static bool is_kept(const struct call_source *source)
{
    return source->dialogs || source->recordings;
}

/* Everything that can fail, before anything changes: room, and the sources that are new. */
static struct call_source **gather(const struct source_table *table, const struct source *sources,
                                   size_t count)
{
    struct call_source **gathered = calloc(count + table->count + 1, sizeof(struct call_source *));
    bool whole = gathered != NULL;

    for (size_t i = 0; whole && i < count; i++) {
        gathered[i] = find_name(table, sources[i].name);
        if (!gathered[i])
            gathered[i] = calloc(1, sizeof *gathered[i]);
        whole = gathered[i] != NULL;
    }
    if (whole)
        return gathered;
    for (size_t i = 0; gathered && i < count && gathered[i]; i++) {
        if (!find_name(table, sources[i].name))
            free(gathered[i]);
    }
    free(gathered);
    return NULL;
}

enum status source_table_replace(struct source_table *table, const struct source *sources,
                                 size_t count)
{
    struct call_source **gathered = gather(table, sources, count);
    size_t used = count;

    if (!gathered)
        return STATUS_NOMEM;
    for (size_t i = 0; i < table->count; i++)
        table->source[i]->configured = false;
    for (size_t i = 0; i < count; i++) {
        gathered[i]->settings = sources[i];
        gathered[i]->configured = true;
    }
    for (size_t i = 0; i < table->count; i++) {
        struct call_source *old = table->source[i];
        if (old->configured)
            continue;
        if (is_kept(old))
            gathered[used++] = old;
        else
            free(old);
    }
    qsort(gathered, used, sizeof(struct call_source *), compare_names);
    free(table->source);
    table->source = gathered;
    table->count = used;
    return STATUS_OK;
}

enum status source_table_create(struct source_table **out)
{
    struct source_table *table = calloc(1, sizeof *table);

    if (!table)
        return STATUS_NOMEM;
    *out = table;
    return STATUS_OK;
}

void source_table_destroy(struct source_table *owned_table)
{
    if (!owned_table)
        return;
    for (size_t i = 0; i < owned_table->count; i++)
        free(owned_table->source[i]);
    free(owned_table->source);
    free(owned_table);
}
