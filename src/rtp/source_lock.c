#include "rtp/source_lock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/address.h"

/* A packet on probation; its data lie behind it, in the same piece of memory. */
struct kept {
    struct source_lock_packet packet; /* from: its candidate's */
    uint8_t data[];
};

/* One SSRC of one address on probation. Exists while it has packets kept. */
struct candidate {
    struct sockaddr_storage from;
    uint32_t ssrc;
    int64_t heard_ns;
    bool sequential; /* two of its numbers follow one another */
    size_t count;
    size_t kept_bytes;                   /* of their data */
    struct kept *kept[SOURCE_LOCK_KEPT]; /* in order of arrival */
};

/* One SSRC that was heard from one address. */
struct known {
    bool used;
    uint32_t ssrc;
    uint64_t turn; /* lower: its address was heard earlier */
    int64_t heard_ns;
    struct sockaddr_storage from;
};

/* How likely an address is the sender that the SDP names; more is likelier. */
enum standing {
    STANDING_STRANGE,
    STANDING_HOST,  /* its host, another port */
    STANDING_NAMED, /* the very address */
};

/*
 * Invariants: locked is the one address that is heard, or AF_UNSPEC; a candidate never is a known
 * SSRC of it; what a candidate of another address keeps came after the last packet of the locked
 * one, where it stands no higher.
 */
struct source_lock {
    struct sockaddr_storage named; /* AF_UNSPEC: nobody */
    struct sockaddr_storage locked;
    int64_t locked_ns;    /* when it was last heard */
    uint64_t locked_turn; /* when it was first */
    uint64_t turns;       /* addresses that were locked to */
    uint64_t spoken; /* packets since one of another standing was heard, or another was named */
    struct known known[SOURCE_LOCK_SSRCS];
    struct candidate candidates[SOURCE_LOCK_CANDIDATES];
};

enum status source_lock_create(struct source_lock **out)
{
    struct source_lock *lock = calloc(1, sizeof *lock);

    if (!lock)
        return STATUS_NOMEM;
    *out = lock;
    return STATUS_OK;
}

static bool names_somebody(const struct sockaddr_storage *address)
{
    return (address->ss_family == AF_INET || address->ss_family == AF_INET6) &&
           !address_is_any(address) && address_port(address) != 0;
}

void source_lock_name(struct source_lock *lock, const struct sockaddr_storage *named)
{
    if (address_equal(&lock->named, named))
        return;
    lock->spoken = 0;
    if (names_somebody(named))
        lock->named = *named;
    else
        memset(&lock->named, 0, sizeof lock->named);
}

/* Farther apart than that, either way: a clock that was set back must not shut anyone out. */
static bool apart_ms(int64_t one_ns, int64_t other_ns, int64_t limit_ms)
{
    int64_t apart_ns = one_ns > other_ns ? one_ns - other_ns : other_ns - one_ns;

    return apart_ns > limit_ms * CLOCK_NS_PER_MS;
}

static bool is_locked_to(const struct source_lock *lock, const struct sockaddr_storage *from)
{
    return lock->locked.ss_family != AF_UNSPEC && address_equal(&lock->locked, from);
}

static enum standing standing_of(const struct source_lock *lock,
                                 const struct sockaddr_storage *address)
{
    if (lock->named.ss_family == AF_UNSPEC)
        return STANDING_STRANGE;
    if (address_equal(&lock->named, address))
        return STANDING_NAMED;
    return address_same_host(&lock->named, address) ? STANDING_HOST : STANDING_STRANGE;
}

/* --- known sources -----------------------------------------------------------------------------
 */

static struct known *find_known(struct source_lock *lock, const struct source_lock_packet *packet)
{
    for (size_t i = 0; i < SOURCE_LOCK_SSRCS; i++) {
        struct known *known = &lock->known[i];

        if (known->used && known->ssrc == packet->ssrc && address_equal(&known->from, packet->from))
            return known;
    }
    return NULL;
}

/* Whether an SSRC was heard before, from an address that stands as high. */
static bool was_heard(const struct source_lock *lock, uint32_t ssrc, enum standing standing)
{
    for (size_t i = 0; i < SOURCE_LOCK_SSRCS; i++) {
        const struct known *known = &lock->known[i];

        if (known->used && known->ssrc == ssrc && standing_of(lock, &known->from) >= standing)
            return true;
    }
    return false;
}

/* Where one more fits: a free place, or that of the one quiet longest; NULL where all are heard. */
static struct known *known_place(struct source_lock *lock, int64_t now_ns)
{
    struct known *oldest = &lock->known[0];

    for (size_t i = 0; i < SOURCE_LOCK_SSRCS; i++) {
        if (!lock->known[i].used)
            return &lock->known[i];
        if (lock->known[i].heard_ns < oldest->heard_ns)
            oldest = &lock->known[i];
    }
    return apart_ms(now_ns, oldest->heard_ns, SOURCE_LOCK_HOLD_MS) ? oldest : NULL;
}

/* Note a packet of the locked address. */
static void note_known(struct source_lock *lock, const struct source_lock_packet *packet)
{
    struct known *known = find_known(lock, packet);

    if (!known) {
        known = known_place(lock, packet->arrival_ns);
        if (!known)
            return;
        known->used = true;
        known->ssrc = packet->ssrc;
        known->turn = lock->locked_turn;
        known->from = *packet->from;
    }
    known->heard_ns = packet->arrival_ns;
}

/* --- candidates --------------------------------------------------------------------------------
 */

static struct candidate *find_candidate(struct source_lock *lock,
                                        const struct source_lock_packet *packet)
{
    for (size_t i = 0; i < SOURCE_LOCK_CANDIDATES; i++) {
        struct candidate *candidate = &lock->candidates[i];

        if (candidate->count && candidate->ssrc == packet->ssrc &&
            address_equal(&candidate->from, packet->from))
            return candidate;
    }
    return NULL;
}

static void forget_oldest(struct candidate *candidate)
{
    candidate->kept_bytes -= candidate->kept[0]->packet.data_bytes;
    free(candidate->kept[0]);
    candidate->count--;
    for (size_t i = 0; i < candidate->count; i++)
        candidate->kept[i] = candidate->kept[i + 1];
}

/* Give up all that a candidate kept; returns how many. */
static uint64_t give_up(struct candidate *candidate)
{
    size_t count = candidate->count;

    for (size_t i = 0; i < count; i++)
        free(candidate->kept[i]);
    candidate->count = 0;
    candidate->kept_bytes = 0;
    return count;
}

static uint64_t give_up_stale(struct source_lock *lock, int64_t now_ns)
{
    uint64_t count = 0;

    for (size_t i = 0; i < SOURCE_LOCK_CANDIDATES; i++) {
        struct candidate *candidate = &lock->candidates[i];

        if (candidate->count && apart_ms(now_ns, candidate->heard_ns, SOURCE_LOCK_PROBATION_MS))
            count += give_up(candidate);
    }
    return count;
}

/* The locked address is heard: what others sent meanwhile will not be, but for those that do not
 * wait for its silence. */
static uint64_t give_up_others(struct source_lock *lock)
{
    enum standing locked = standing_of(lock, &lock->locked);
    uint64_t count = 0;

    for (size_t i = 0; i < SOURCE_LOCK_CANDIDATES; i++) {
        struct candidate *candidate = &lock->candidates[i];

        if (candidate->count && !is_locked_to(lock, &candidate->from) &&
            standing_of(lock, &candidate->from) <= locked)
            count += give_up(candidate);
    }
    return count;
}

/* A place for one more; the candidate quiet longest makes room. */
static struct candidate *begin_candidate(struct source_lock *lock,
                                         const struct source_lock_packet *packet, uint64_t *refused)
{
    struct candidate *place = &lock->candidates[0];

    for (size_t i = 0; i < SOURCE_LOCK_CANDIDATES && place->count; i++) {
        struct candidate *candidate = &lock->candidates[i];

        if (!candidate->count || candidate->heard_ns < place->heard_ns)
            place = candidate;
    }
    *refused += give_up(place);
    place->from = *packet->from;
    place->ssrc = packet->ssrc;
    place->sequential = false;
    return place;
}

static_assert(SOURCE_LOCK_SEQUENTIAL == 2, "two numbers are compared");

/* Whether a number stands beside one that is kept; so they may come in any order. */
static bool stands_beside(const struct candidate *candidate, uint16_t sequence)
{
    for (size_t i = 0; i < candidate->count; i++) {
        uint16_t ahead = (uint16_t)(sequence - candidate->kept[i]->packet.sequence);

        if (ahead == 1 || ahead == UINT16_MAX)
            return true;
    }
    return false;
}

/* Take a copy; without memory, or full, something is refused. */
static void keep(struct candidate *candidate, const struct source_lock_packet *packet,
                 uint64_t *refused)
{
    struct kept *kept = malloc(sizeof *kept + packet->data_bytes);

    if (!kept) {
        (*refused)++;
        return;
    }
    kept->packet = *packet;
    kept->packet.from = &candidate->from;
    kept->packet.data = kept->data;
    if (packet->data_bytes)
        memcpy(kept->data, packet->data, packet->data_bytes);
    while (candidate->count &&
           (candidate->count == SOURCE_LOCK_KEPT ||
            candidate->kept_bytes + packet->data_bytes > SOURCE_LOCK_KEPT_BYTES)) {
        forget_oldest(candidate);
        (*refused)++;
    }
    candidate->kept[candidate->count++] = kept;
    candidate->kept_bytes += packet->data_bytes;
    candidate->heard_ns = packet->arrival_ns;
}

/* --- decisions ---------------------------------------------------------------------------------
 */

/* Whether it had to yield to the locked one, which stands no higher. */
static bool had_to_yield(const struct source_lock *lock, const struct source_lock_packet *packet,
                         const struct known *known)
{
    return known && known->turn < lock->locked_turn &&
           standing_of(lock, packet->from) >= standing_of(lock, &lock->locked);
}

/* Heard at once: proven by its key, known, or the first of the address that the SDP names. */
static bool is_trusted(struct source_lock *lock, const struct source_lock_packet *packet)
{
    if (packet->authentic)
        return true;
    const struct known *known = find_known(lock, packet);
    if (is_locked_to(lock, packet->from))
        return known != NULL;
    return standing_of(lock, packet->from) == STANDING_NAMED || had_to_yield(lock, packet, known);
}

/* How long the locked one must have been quiet before this one is heard. */
static int64_t wait_ms(const struct source_lock *lock, const struct source_lock_packet *packet)
{
    enum standing locked = standing_of(lock, &lock->locked);
    bool strange = lock->spoken >= SOURCE_LOCK_SPOKEN && standing_of(lock, packet->from) < locked &&
                   !was_heard(lock, packet->ssrc, locked);

    return strange ? SOURCE_LOCK_STRANGE_MS : SOURCE_LOCK_HOLD_MS;
}

/* Whether one that passed probation may be heard now. */
static bool may_enter(struct source_lock *lock, const struct source_lock_packet *packet)
{
    if (lock->locked.ss_family == AF_UNSPEC)
        return true;
    if (is_locked_to(lock, packet->from))
        return known_place(lock, packet->arrival_ns) != NULL;
    return standing_of(lock, packet->from) > standing_of(lock, &lock->locked) ||
           apart_ms(packet->arrival_ns, lock->locked_ns, wait_ms(lock, packet));
}

/* Hear a packet, the last of as many. */
static void lock_to(struct source_lock *lock, const struct source_lock_packet *packet,
                    size_t packets)
{
    if (!is_locked_to(lock, packet->from)) {
        const struct known *known = find_known(lock, packet);

        if (standing_of(lock, packet->from) != standing_of(lock, &lock->locked))
            lock->spoken = 0;
        lock->locked = *packet->from;
        lock->locked_turn = known ? known->turn : ++lock->turns;
    }
    lock->locked_ns = packet->arrival_ns;
    lock->spoken += packets;
    note_known(lock, packet);
}

void source_lock_offer(struct source_lock *lock, const struct source_lock_packet *packet,
                       void (*admit)(void *context, const struct source_lock_packet *packet),
                       void *context, uint64_t *refused)
{
    *refused += give_up_stale(lock, packet->arrival_ns);
    struct candidate *candidate = find_candidate(lock, packet);
    bool sequential =
        candidate && (candidate->sequential || stands_beside(candidate, packet->sequence));

    if (!is_trusted(lock, packet) && !(sequential && may_enter(lock, packet))) {
        if (!candidate)
            candidate = begin_candidate(lock, packet, refused);
        candidate->sequential = sequential;
        keep(candidate, packet, refused);
        return;
    }
    lock_to(lock, packet, candidate ? candidate->count + 1 : 1);
    if (candidate) {
        for (size_t i = 0; i < candidate->count; i++)
            admit(context, &candidate->kept[i]->packet);
        (void)give_up(candidate);
    }
    admit(context, packet);
    *refused += give_up_others(lock);
}

bool source_lock_expects(const struct source_lock *lock, const struct sockaddr_storage *from)
{
    return is_locked_to(lock, from) || standing_of(lock, from) != STANDING_STRANGE;
}

uint64_t source_lock_finish(struct source_lock *lock)
{
    uint64_t refused = 0;

    for (size_t i = 0; i < SOURCE_LOCK_CANDIDATES; i++)
        refused += give_up(&lock->candidates[i]);
    return refused;
}

void source_lock_destroy(struct source_lock *owned_lock)
{
    if (!owned_lock)
        return;
    (void)source_lock_finish(owned_lock);
    free(owned_lock);
}
