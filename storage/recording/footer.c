#include "storage/recording/footer.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/bounds.h"
#include "base/bytes.h"
#include "storage/recording/frame.h"

enum {
    VERSION = 1,
    CIPHER_AT = 104,
    PLAIN_AT = 136,
    DIRECTORY_AT = 168,
    ENTRY_BYTES = 24,
    SIGNER_AT = 360,
    SIGNATURE_AT = FOOTER_SIGNED_BYTES,
};

static_assert(DIRECTORY_AT + FOOTER_SECTIONS * ENTRY_BYTES == SIGNER_AT, "directory");
static_assert(SIGNER_AT + KEY_ID_BYTES == SIGNATURE_AT, "signer");
static_assert(SIGNATURE_AT + KEY_SIGNATURE_BYTES == FOOTER_BYTES, "signature");
static_assert(RECORDING_STATE_SEALED == 1 && RECORDING_STATE_RECOVERED == 2, "stored");

static const char label[] = "CRF1 footer";

enum { LABEL_BYTES = sizeof label - 1 };

enum { MESSAGE_BYTES = LABEL_BYTES + FOOTER_HEAD_BYTES + FOOTER_SIGNED_BYTES };

static void put_message(const uint8_t *head, const uint8_t *footer,
                        uint8_t message[static MESSAGE_BYTES])
{
    memcpy(message, label, LABEL_BYTES);
    memcpy(message + LABEL_BYTES, head, FOOTER_HEAD_BYTES);
    memcpy(message + LABEL_BYTES + FOOTER_HEAD_BYTES, footer, FOOTER_SIGNED_BYTES);
}

static void put_directory(const struct footer *footer, uint8_t *out)
{
    for (size_t i = 0; i < footer->sections; i++) {
        uint8_t *entry = out + DIRECTORY_AT + i * ENTRY_BYTES;
        entry[0] = footer->section[i].kind;
        bytes_put_u64(entry + 8, footer->section[i].first_frame);
        bytes_put_u64(entry + 16, footer->section[i].data_bytes);
    }
}

void footer_put(const struct footer *footer, const uint8_t head[static FOOTER_HEAD_BYTES],
                const struct signer *signer, uint8_t out[static FOOTER_BYTES])
{
    uint8_t message[MESSAGE_BYTES];
    struct key_id id = signer_id(signer);

    memset(out, 0, FOOTER_BYTES);
    bytes_put_u16(out, VERSION);
    out[2] = (uint8_t)footer->state;
    out[3] = (uint8_t)footer->sections;
    out[4] = footer->loss.known;
    bytes_put_u32(out + 8, footer->holes);
    bytes_put_u64(out + 16, footer->audio_frames);
    bytes_put_u64(out + 24, footer->audio_bytes);
    bytes_put_u64(out + 32, (uint64_t)footer->started_us);
    bytes_put_u64(out + 40, (uint64_t)footer->ended_us);
    bytes_put_u64(out + 48, (uint64_t)footer->started_mono_ns);
    bytes_put_u64(out + 56, (uint64_t)footer->ended_mono_ns);
    bytes_put_u64(out + 64, (uint64_t)footer->duration_ms);
    bytes_put_u64(out + 72, footer->loss.packets_received);
    bytes_put_u64(out + 80, footer->loss.packets_lost);
    bytes_put_u64(out + 88, footer->loss.packets_late);
    bytes_put_u64(out + 96, footer->loss.packets_duplicate);
    memcpy(out + CIPHER_AT, footer->sha256_cipher, 32);
    memcpy(out + PLAIN_AT, footer->sha256_plain, 32);
    put_directory(footer, out);
    memcpy(out + SIGNER_AT, id.b, KEY_ID_BYTES);
    put_message(head, out, message);
    signer_sign(signer, message, sizeof message, out + SIGNATURE_AT);
}

static void get_fields(const uint8_t *data, struct footer *footer)
{
    *footer = (struct footer){
        .state = (enum recording_state)data[2],
        .loss = {.known = data[4] == 1,
                 .packets_received = bytes_get_u64(data + 72),
                 .packets_lost = bytes_get_u64(data + 80),
                 .packets_late = bytes_get_u64(data + 88),
                 .packets_duplicate = bytes_get_u64(data + 96)},
        .holes = bytes_get_u32(data + 8),
        .audio_frames = bytes_get_u64(data + 16),
        .audio_bytes = bytes_get_u64(data + 24),
        .started_us = (int64_t)bytes_get_u64(data + 32),
        .ended_us = (int64_t)bytes_get_u64(data + 40),
        .started_mono_ns = (int64_t)bytes_get_u64(data + 48),
        .ended_mono_ns = (int64_t)bytes_get_u64(data + 56),
        .duration_ms = (int64_t)bytes_get_u64(data + 64),
        .sections = data[3],
    };
    memcpy(footer->sha256_cipher, data + CIPHER_AT, 32);
    memcpy(footer->sha256_plain, data + PLAIN_AT, 32);
    for (size_t i = 0; i < footer->sections && i < FOOTER_SECTIONS; i++) {
        const uint8_t *entry = data + DIRECTORY_AT + i * ENTRY_BYTES;
        footer->section[i] = (struct footer_section){.kind = entry[0],
                                                     .first_frame = bytes_get_u64(entry + 8),
                                                     .data_bytes = bytes_get_u64(entry + 16)};
    }
}

static bool unused_is_zero(const uint8_t *data, size_t sections)
{
    size_t used = DIRECTORY_AT + sections * ENTRY_BYTES;

    for (size_t i = 0; i < sections; i++)
        if (!sodium_is_zero(data + DIRECTORY_AT + i * ENTRY_BYTES + 1, 7))
            return false;
    return sodium_is_zero(data + 5, 3) && sodium_is_zero(data + 12, 4) &&
           (data[4] == 1 || (data[4] == 0 && sodium_is_zero(data + 72, 32))) &&
           sodium_is_zero(data + used, SIGNER_AT - used);
}

/* Every frame of the file is accounted for, in order, up to the footer. */
static bool frames_agree(const struct footer *footer, uint64_t index)
{
    uint64_t next = footer->audio_frames;

    if (footer->audio_frames > index || footer->audio_frames != frame_count(footer->audio_bytes))
        return false;
    for (size_t i = 0; i < footer->sections; i++) {
        const struct footer_section *section = &footer->section[i];
        if (section->kind == 0 || section->first_frame != next ||
            section->data_bytes > BOUND_SECTION_BYTES)
            return false;
        for (size_t k = 0; k < i; k++)
            if (footer->section[k].kind == section->kind)
                return false;
        next += frame_count(section->data_bytes);
    }
    return next == index;
}

enum status footer_get(const uint8_t *data, size_t data_bytes, uint64_t index,
                       struct footer *footer, struct fault *fault)
{
    struct footer got;

    if (data_bytes < 2)
        return fault_set(fault, STATUS_CORRUPT, 0, "footer is too short");
    if (bytes_get_u16(data) > VERSION)
        return fault_set(fault, STATUS_VERSION, 0, "footer is newer than this program");
    if (data_bytes != FOOTER_BYTES || bytes_get_u16(data) != VERSION || data[3] > FOOTER_SECTIONS ||
        (data[2] != RECORDING_STATE_SEALED && data[2] != RECORDING_STATE_RECOVERED) ||
        !unused_is_zero(data, data[3]))
        return fault_set(fault, STATUS_CORRUPT, 0, "footer breaks its layout");
    get_fields(data, &got);
    if (got.duration_ms < 0 || !frames_agree(&got, index))
        return fault_set(fault, STATUS_CORRUPT, 0, "footer does not fit the file's length");
    *footer = got;
    return STATUS_OK;
}

enum status footer_verify(const uint8_t data[static FOOTER_BYTES],
                          const uint8_t head[static FOOTER_HEAD_BYTES], struct public_keys *signers,
                          struct fault *fault)
{
    uint8_t message[MESSAGE_BYTES];
    uint8_t public_key[KEY_PUBLIC_BYTES];
    struct key_id id;

    memcpy(id.b, data + SIGNER_AT, KEY_ID_BYTES);
    enum status status = public_keys_signer(signers, id, public_key, fault);
    if (status == STATUS_NOT_FOUND) {
        fault_wrap(fault, "footer is signed by an unknown signer");
        if (fault)
            fault->status = STATUS_CORRUPT;
        return STATUS_CORRUPT;
    }
    if (status != STATUS_OK)
        return status;
    put_message(head, data, message);
    if (crypto_sign_verify_detached(data + SIGNATURE_AT, message, sizeof message, public_key) != 0)
        return fault_set(fault, STATUS_CORRUPT, 0, "footer signature is wrong");
    return STATUS_OK;
}

void footer_summarize(const struct footer *footer, struct uuid recording, struct uuid customer,
                      struct recording_summary *summary)
{
    uint64_t frames = footer->audio_frames;

    for (size_t i = 0; i < footer->sections; i++)
        frames += frame_count(footer->section[i].data_bytes);
    *summary = (struct recording_summary){
        .recording = recording,
        .customer = customer,
        .state = footer->state,
        .started = clock_wall_from_us(footer->started_us),
        .ended = clock_wall_from_us(footer->ended_us),
        .duration_ms = footer->duration_ms,
        .audio_bytes = footer->audio_bytes,
        .file_bytes = (frames + 2) * FORMAT_UNIT_BYTES, /* header and footer */
        .holes = footer->holes,
        .loss = footer->loss,
    };
    memcpy(summary->sha256_cipher, footer->sha256_cipher, 32);
    memcpy(summary->sha256_plain, footer->sha256_plain, 32);
}
