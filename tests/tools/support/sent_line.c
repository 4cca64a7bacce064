#include "tests/tools/support/sent_line.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/codec.h"
#include "audio/decoder.h"

enum status sent_line_file(const char *path, struct bytes *bytes)
{
    uint8_t block[65536];
    size_t count;
    FILE *file = fopen(path, "rb");
    enum status status = STATUS_OK;

    if (!file) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return STATUS_IO;
    }
    while (status == STATUS_OK && (count = fread(block, 1, sizeof block, file)) > 0)
        status = bytes_append(bytes, block, count);
    if (ferror(file))
        status = STATUS_IO;
    (void)fclose(file);
    return status;
}

/* Mark what was not sent; numbers past the end are an error. */
static enum status read_withheld(const char *path, bool *withheld, size_t packets)
{
    unsigned long index;
    enum status status = STATUS_OK;

    if (!strcmp(path, "-"))
        return STATUS_OK;
    FILE *file = fopen(path, "r");
    if (!file) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return STATUS_IO;
    }
    while (fscanf(file, "%lu", &index) == 1) {
        if (index >= packets) {
            status = STATUS_INVALID;
            break;
        }
        withheld[index] = true;
    }
    if (status == STATUS_OK && !feof(file))
        status = STATUS_INVALID;
    (void)fclose(file);
    if (status != STATUS_OK)
        (void)fprintf(stderr, "%s: not a list of packet numbers\n", path);
    return status;
}

/* What is recorded in place of `missing` packets that were lost in front of one. */
static void lay_out_loss(struct audio_decoder *decoder, size_t missing, const uint8_t *next,
                         int16_t *pcm)
{
    enum { CONCEALED_MAX = 3 };

    if (missing && missing <= CONCEALED_MAX)
        audio_decoder_conceal(decoder, missing * SENT_LINE_SAMPLES, next, SENT_LINE_SAMPLES, pcm);
    else if (missing)
        audio_decoder_pause(decoder);
}

/* From the first packet that was sent to the last one; what was lost for long stays zero. */
static enum status lay_out(struct sent_line *line, const struct audio_codec *codec,
                           const struct bytes *payload, const bool *withheld)
{
    static const struct audio_setup without_helpers = {0};
    struct audio_decoder *decoder = NULL;
    size_t packets = payload->len / SENT_LINE_SAMPLES;
    size_t first = 0;
    size_t missing = 0;

    while (first < packets && withheld[first])
        first++;
    while (packets > first && withheld[packets - 1])
        packets--;
    line->samples = (packets - first) * SENT_LINE_SAMPLES;
    line->pcm = calloc(line->samples + 1, sizeof *line->pcm);
    if (!line->pcm || audio_decoder_create(&without_helpers, &decoder) != STATUS_OK)
        return STATUS_NOMEM;
    enum status status = STATUS_OK;
    for (size_t i = first; i < packets && status == STATUS_OK; i++) {
        const uint8_t *bytes = payload->data + i * SENT_LINE_SAMPLES;
        int16_t *pcm = line->pcm + (i - first) * SENT_LINE_SAMPLES;
        if (withheld[i]) {
            missing++;
            continue;
        }
        lay_out_loss(decoder, missing, bytes, pcm - missing * SENT_LINE_SAMPLES);
        missing = 0;
        status = audio_decoder_decode(decoder, codec, bytes, SENT_LINE_SAMPLES, pcm);
    }
    audio_decoder_destroy(decoder);
    return status;
}

enum status sent_line_read(const char *codec, const char *payload_path, const char *withheld_path,
                           struct sent_line *line)
{
    const struct audio_codec *found = audio_codec_find(codec, SENT_LINE_RATE_HZ);
    struct sent_line made = {0};
    struct bytes payload;
    bool *withheld = NULL;

    if (!found)
        return STATUS_INVALID;
    bytes_init(&payload, SENT_LINE_FILE_BYTES_MAX);
    enum status status = sent_line_file(payload_path, &payload);
    if (status != STATUS_OK)
        goto out;
    withheld = calloc(payload.len / SENT_LINE_SAMPLES + 1, sizeof *withheld);
    status = withheld ? read_withheld(withheld_path, withheld, payload.len / SENT_LINE_SAMPLES)
                      : STATUS_NOMEM;
    if (status == STATUS_OK)
        status = lay_out(&made, found, &payload, withheld);
    if (status == STATUS_OK)
        *line = made;
    else
        sent_line_deinit(&made);
out:
    free(withheld);
    bytes_deinit(&payload);
    return status;
}

void sent_line_deinit(struct sent_line *line)
{
    free(line->pcm);
    *line = (struct sent_line){0};
}

void sent_line_frame(const struct sent_line *line, int64_t anchor, size_t frame,
                     int16_t pcm[static SENT_LINE_SAMPLES])
{
    int64_t from = (int64_t)frame * SENT_LINE_SAMPLES - anchor; /* on the line, of pcm[0] */

    memset(pcm, 0, SENT_LINE_SAMPLES * sizeof *pcm);
    for (int64_t i = 0; i < SENT_LINE_SAMPLES && line->pcm; i++)
        if (from + i >= 0 && from + i < (int64_t)line->samples)
            pcm[i] = line->pcm[from + i];
}
