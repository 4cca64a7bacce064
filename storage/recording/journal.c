#include "storage/recording/journal.h"

#include <assert.h>
#include <string.h>

#include "storage/recording/records.h"

/* The layout is FORMAT.md section 5.2's. */
enum {
    HEAD_BYTES = 32,
    LEG_HEAD_BYTES = 80,
    FACT_HEAD_BYTES = 28,
    FLAG_RIGHT = 1,
    FLAG_NUMBERED = 1,
    FLAG_OPEN = 2,
    LEG_NONE = 255,
    PARTY_TEXTS = 2,
    LEG_TEXTS = 4,
};

/* A text's length is one byte of the head. */
static_assert((int)BOUND_LABEL_BYTES <= 256 && (int)BOUND_NAME_BYTES <= 256 &&
                  (int)BOUND_NUMBER_BYTES <= 256 && (int)BOUND_FACT_DETAIL_BYTES <= 256,
              "lengths of texts fit in a byte");

struct text {
    char *at;
    size_t bytes; /* room, with the zero */
};

static enum status append_texts(struct bytes *entries, const char *const *texts, size_t count)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = bytes_append(entries, texts[i], strlen(texts[i]));
    return status;
}

static enum status put_leg(struct bytes *entries, const struct journal_leg *leg)
{
    const char *texts[LEG_TEXTS] = {leg->label, leg->party.number, leg->party.name, leg->codec};
    uint8_t head[LEG_HEAD_BYTES] = {0};

    head[0] = leg->right ? FLAG_RIGHT : 0;
    head[1] = (uint8_t)leg->own_channel;
    for (size_t i = 0; i < LEG_TEXTS; i++)
        head[2 + i] = (uint8_t)strlen(texts[i]);
    bytes_put_u32(head + 8, leg->rate_hz);
    bytes_put_u64(head + 16, (uint64_t)leg->anchor_samples);
    for (size_t i = 0; i < JOURNAL_COUNTS; i++)
        bytes_put_u64(head + 24 + 8 * i, leg->packets[i]);
    bytes_put_u64(head + 72, (uint64_t)leg->from);
    enum status status = bytes_append(entries, head, sizeof head);
    return status == STATUS_OK ? append_texts(entries, texts, LEG_TEXTS) : status;
}

static enum status put_fact(struct bytes *entries, const struct journal_fact *fact)
{
    const char *texts[] = {fact->cause, fact->detail};
    uint8_t head[FACT_HEAD_BYTES] = {0};

    head[0] = fact->leg < 0 ? LEG_NONE : (uint8_t)fact->leg;
    head[1] = (uint8_t)((fact->numbered ? FLAG_NUMBERED : 0) | (fact->open ? FLAG_OPEN : 0));
    head[2] = (uint8_t)strlen(fact->cause);
    head[3] = (uint8_t)strlen(fact->detail);
    bytes_put_u32(head + 4, fact->index);
    bytes_put_u32(head + 8, fact->count);
    bytes_put_u64(head + 12, (uint64_t)fact->start);
    bytes_put_u64(head + 20, (uint64_t)fact->end);
    enum status status = bytes_append(entries, head, sizeof head);
    return status == STATUS_OK ? append_texts(entries, texts, 2) : status;
}

static enum status put_head(struct bytes *entries, const struct journal_entry *entry)
{
    uint8_t head[HEAD_BYTES] = {0};
    enum status status = STATUS_OK;

    bytes_put_u32(head + 4, entry->number);
    bytes_put_u64(head + 8, (uint64_t)entry->until);
    head[16] = (uint8_t)entry->legs;
    bytes_put_u32(head + 20, (uint32_t)entry->facts);
    for (size_t i = 0; i < JOURNAL_PARTIES; i++) {
        head[24 + PARTY_TEXTS * i] = (uint8_t)strlen(entry->party[i].number);
        head[25 + PARTY_TEXTS * i] = (uint8_t)strlen(entry->party[i].name);
    }
    status = bytes_append(entries, head, sizeof head);
    for (size_t i = 0; i < JOURNAL_PARTIES && status == STATUS_OK; i++) {
        const char *texts[PARTY_TEXTS] = {entry->party[i].number, entry->party[i].name};
        status = append_texts(entries, texts, PARTY_TEXTS);
    }
    return status;
}

enum status journal_put(struct bytes *entries, const struct journal_entry *entry,
                        const struct journal_fact *fact)
{
    size_t before = entries->len;

    assert(entry->legs <= BOUND_CALL_STREAMS && entry->facts <= UINT32_MAX);
    enum status status = put_head(entries, entry);
    for (size_t i = 0; i < entry->legs && status == STATUS_OK; i++)
        status = put_leg(entries, &entry->leg[i]);
    for (size_t i = 0; i < entry->facts && status == STATUS_OK; i++)
        status = put_fact(entries, &fact[i]);
    if (status == STATUS_OK)
        bytes_put_u32(entries->data + before, (uint32_t)(entries->len - before));
    else
        entries->len = before;
    return status;
}

static size_t whole_bytes(const uint8_t *head, size_t available)
{
    if (available < HEAD_BYTES)
        return 0;
    size_t whole = bytes_get_u32(head);
    return whole >= HEAD_BYTES ? whole : 0;
}

/* Take texts that stand behind each other. */
static enum status take_texts(const struct bytes *entries, size_t end, size_t *at,
                              const uint8_t *lengths, const struct text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (lengths[i] >= texts[i].bytes || lengths[i] > end - *at)
            return STATUS_CORRUPT;
        memcpy(texts[i].at, entries->data + *at, lengths[i]);
        texts[i].at[lengths[i]] = '\0';
        *at += lengths[i];
    }
    return STATUS_OK;
}

static enum status take_leg(const struct bytes *entries, size_t end, size_t *at,
                            struct journal_leg *leg)
{
    const struct text texts[LEG_TEXTS] = {{leg->label, sizeof leg->label},
                                          {leg->party.number, sizeof leg->party.number},
                                          {leg->party.name, sizeof leg->party.name},
                                          {leg->codec, sizeof leg->codec}};

    if (end - *at < LEG_HEAD_BYTES)
        return STATUS_CORRUPT;
    const uint8_t *head = entries->data + *at;
    leg->right = (head[0] & FLAG_RIGHT) != 0;
    leg->own_channel = head[1];
    leg->rate_hz = bytes_get_u32(head + 8);
    leg->anchor_samples = (int64_t)bytes_get_u64(head + 16);
    for (size_t i = 0; i < JOURNAL_COUNTS; i++)
        leg->packets[i] = bytes_get_u64(head + 24 + 8 * i);
    leg->from = (int64_t)bytes_get_u64(head + 72);
    *at += LEG_HEAD_BYTES;
    if (leg->own_channel > BOUND_CALL_STREAMS || leg->from < 0)
        return STATUS_CORRUPT;
    return take_texts(entries, end, at, head + 2, texts, LEG_TEXTS);
}

static enum status take_parties(const struct bytes *entries, size_t end, size_t *at,
                                struct journal_entry *entry)
{
    enum status status = STATUS_OK;
    const uint8_t *lengths = entries->data + *at + 24;

    *at += HEAD_BYTES;
    for (size_t i = 0; i < JOURNAL_PARTIES && status == STATUS_OK; i++) {
        struct journal_party *party = &entry->party[i];
        const struct text texts[PARTY_TEXTS] = {{party->number, sizeof party->number},
                                                {party->name, sizeof party->name}};
        status = take_texts(entries, end, at, lengths + PARTY_TEXTS * i, texts, PARTY_TEXTS);
    }
    return status;
}

enum status journal_next(const struct bytes *entries, struct journal_reader *reader,
                         struct journal_entry *entry)
{
    struct journal_entry found = {0};
    size_t at = reader->offset;

    if (at >= entries->len)
        return STATUS_END;
    const uint8_t *head = entries->data + at;
    size_t whole = whole_bytes(head, entries->len - at);
    if (!whole || whole > entries->len - at || head[16] > BOUND_CALL_STREAMS)
        return STATUS_CORRUPT;
    size_t end = at + whole;
    found.number = bytes_get_u32(head + 4);
    found.until = (int64_t)bytes_get_u64(head + 8);
    found.legs = head[16];
    found.facts = bytes_get_u32(head + 20);
    enum status status = found.until < 0 ? STATUS_CORRUPT : take_parties(entries, end, &at, &found);
    for (size_t i = 0; i < found.legs && status == STATUS_OK; i++)
        status = take_leg(entries, end, &at, &found.leg[i]);
    if (status != STATUS_OK)
        return status;
    *reader = (struct journal_reader){end, at, found.facts};
    *entry = found;
    return STATUS_OK;
}

enum status journal_next_fact(const struct bytes *entries, struct journal_reader *reader,
                              struct journal_fact *fact)
{
    struct journal_fact found = {0};
    const struct text texts[] = {{found.cause, sizeof found.cause},
                                 {found.detail, sizeof found.detail}};
    size_t at = reader->fact_offset;

    if (!reader->facts_left)
        return STATUS_END;
    if (reader->offset - at < FACT_HEAD_BYTES)
        return STATUS_CORRUPT;
    const uint8_t *head = entries->data + at;
    found.leg = head[0] == LEG_NONE ? -1 : head[0];
    found.numbered = (head[1] & FLAG_NUMBERED) != 0;
    found.open = (head[1] & FLAG_OPEN) != 0;
    found.index = bytes_get_u32(head + 4);
    found.count = bytes_get_u32(head + 8);
    found.start = (int64_t)bytes_get_u64(head + 12);
    found.end = (int64_t)bytes_get_u64(head + 20);
    at += FACT_HEAD_BYTES;
    if (found.leg >= BOUND_CALL_STREAMS || found.start < 0 || found.end < found.start)
        return STATUS_CORRUPT;
    enum status status = take_texts(entries, reader->offset, &at, head + 2, texts, 2);
    if (status != STATUS_OK)
        return status;
    reader->fact_offset = at;
    reader->facts_left--;
    *fact = found;
    return STATUS_OK;
}

static const struct record_kind journal_kind = {FRAME_JOURNAL, whole_bytes};

enum status journal_tail_write(struct journal_tail *tail, uint64_t *units, struct disk_file file,
                               const uint8_t key[static SEAL_KEY_BYTES],
                               const struct bytes *entries, size_t *done, struct fault *fault)
{
    const struct records_place place = {&journal_kind, file, key, units, &tail->count};

    return records_write(&place, entries->data, entries->len, done, fault);
}

enum status journal_tail_read(struct tail_source *source, uint32_t *below, struct bytes *entries,
                              struct fault *fault)
{
    return records_read(&journal_kind, source, below, entries, fault);
}
