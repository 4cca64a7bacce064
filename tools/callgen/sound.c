#include "tools/callgen/sound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <samplerate.h>
#include <sndfile.h>

#include "tools/callgen/g711.h"

enum { FILE_CHANNELS_MAX = 16, FILE_RATE_MAX_HZ = 384000 };

void sound_deinit(struct sound *sound)
{
    free(sound->sample);
    *sound = (struct sound){0};
}

static int16_t to_sample(double value)
{
    double scaled = value * 32768.0;
    if (scaled >= 32767.0) {
        return 32767;
    }
    return scaled <= -32768.0 ? -32768 : (int16_t)lrint(scaled);
}

/* Read all frames of an open file and mix its channels in place. */
static enum status read_mixed(SNDFILE *file, const SF_INFO *info, float **owned_mono,
                              struct fault *fault)
{
    size_t channels = (size_t)info->channels;
    float *frame = calloc((size_t)info->frames * channels, sizeof(*frame));
    if (frame == NULL) {
        return fault_set(fault, STATUS_NOMEM, 0, "memory for %lld frames", (long long)info->frames);
    }
    if (sf_readf_float(file, frame, info->frames) != info->frames) {
        free(frame);
        return fault_set(fault, STATUS_IO, 0, "ends before the length it states");
    }
    for (size_t i = 0; i < (size_t)info->frames; i++) {
        double sum = 0;
        for (size_t channel = 0; channel < channels; channel++) {
            sum += frame[i * channels + channel];
        }
        frame[i] = (float)(sum / (double)channels);
    }
    *owned_mono = frame;
    return STATUS_OK;
}

static enum status resample(const float *mono, const SF_INFO *info, struct sound *sound,
                            struct fault *fault)
{
    double ratio = (double)SOUND_RATE_HZ / info->samplerate;
    long room = (long)ceil((double)info->frames * ratio) + 1;
    float *converted = calloc((size_t)room, sizeof(*converted));
    int16_t *sample = calloc((size_t)room, sizeof(*sample));
    enum status status = STATUS_OK;
    SRC_DATA data = {.data_in = mono,
                     .data_out = converted,
                     .input_frames = (long)info->frames,
                     .output_frames = room,
                     .src_ratio = ratio};
    if (converted == NULL || sample == NULL) {
        status = fault_set(fault, STATUS_NOMEM, 0, "memory for %ld samples", room);
        goto out;
    }
    int error = src_simple(&data, SRC_SINC_MEDIUM_QUALITY, 1);
    if (error != 0 || data.output_frames_gen < 1) {
        status = fault_set(fault, STATUS_INVALID, 0, "resampling from %d Hz: %s", info->samplerate,
                           error != 0 ? src_strerror(error) : "nothing came out");
        goto out;
    }
    for (long i = 0; i < data.output_frames_gen; i++) {
        sample[i] = to_sample(converted[i]);
    }
    *sound = (struct sound){sample, (size_t)data.output_frames_gen};
    sample = NULL;
out:
    free(converted);
    free(sample);
    return status;
}

static enum status check_info(const SF_INFO *info, struct fault *fault)
{
    if (info->frames < 1) {
        return fault_set(fault, STATUS_INVALID, 0, "no sound in it");
    }
    if (info->channels < 1 || info->channels > FILE_CHANNELS_MAX || info->samplerate < 1 ||
        info->samplerate > FILE_RATE_MAX_HZ) {
        return fault_set(fault, STATUS_INVALID, 0, "%d channels at %d Hz", info->channels,
                         info->samplerate);
    }
    if ((double)info->frames / info->samplerate * SOUND_RATE_HZ > SOUND_SAMPLES_MAX) {
        return fault_set(fault, STATUS_LIMIT, 0, "longer than %d s",
                         SOUND_SAMPLES_MAX / SOUND_RATE_HZ);
    }
    return STATUS_OK;
}

enum status sound_load(const char *path, struct sound *sound, struct fault *fault)
{
    SF_INFO info = {0};
    float *mono = NULL;
    enum status status;
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (file == NULL) {
        return fault_set(fault, STATUS_IO, 0, "%s: %s", path, sf_strerror(NULL));
    }
    status = check_info(&info, fault);
    if (status == STATUS_OK) {
        status = read_mixed(file, &info, &mono, fault);
    }
    if (status == STATUS_OK) {
        status = resample(mono, &info, sound, fault);
    }
    if (status != STATUS_OK) {
        fault_wrap(fault, "%s", path);
    }
    free(mono);
    sf_close(file);
    return status;
}

enum status sound_bursts(double tone_hz, unsigned from_ms, unsigned until_ms, struct sound *sound)
{
    enum { SECONDS = 2, FADE_SAMPLES = SOUND_RATE_HZ / 200 };
    size_t samples = (size_t)SECONDS * SOUND_RATE_HZ;
    size_t first = (size_t)from_ms * SOUND_RATE_HZ / 1000;
    size_t length = (size_t)until_ms * SOUND_RATE_HZ / 1000 - first;
    int16_t *sample = calloc(samples, sizeof(*sample));
    if (sample == NULL) {
        return STATUS_NOMEM;
    }
    for (size_t i = 0; i < samples; i++) {
        size_t place = i % SOUND_RATE_HZ - first;
        if (i % SOUND_RATE_HZ < first || place >= length) {
            continue;
        }
        size_t edge = place < length - 1 - place ? place : length - 1 - place;
        double gain = edge < FADE_SAMPLES ? (double)edge / FADE_SAMPLES : 1.0;
        double angle = 2.0 * M_PI * tone_hz * (double)place / SOUND_RATE_HZ;
        sample[i] = to_sample(0.5 * gain * sin(angle));
    }
    *sound = (struct sound){sample, samples};
    return STATUS_OK;
}

enum status sound_extend(struct sound *sound, size_t samples)
{
    if (samples <= sound->samples) {
        return STATUS_OK;
    }
    if (samples > SOUND_SAMPLES_MAX) {
        return STATUS_LIMIT;
    }
    int16_t *grown = realloc(sound->sample, samples * sizeof(*grown));
    if (grown == NULL) {
        return STATUS_NOMEM;
    }
    memset(grown + sound->samples, 0, (samples - sound->samples) * sizeof(*grown));
    *sound = (struct sound){grown, samples};
    return STATUS_OK;
}

enum status sound_place(struct sound *sound, size_t at_sample, const struct sound *other)
{
    if (at_sample > SOUND_SAMPLES_MAX || other->samples > SOUND_SAMPLES_MAX - at_sample) {
        return STATUS_LIMIT;
    }
    enum status status = sound_extend(sound, at_sample + other->samples);
    if (status != STATUS_OK) {
        return status;
    }
    for (size_t i = 0; i < other->samples; i++) {
        int sum = sound->sample[at_sample + i] + other->sample[i];
        sound->sample[at_sample + i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
    return STATUS_OK;
}

enum status sound_encode(const struct sound *sound, enum sound_codec codec, struct sound_loop *loop)
{
    size_t packets = (sound->samples + SOUND_PACKET_SAMPLES - 1) / SOUND_PACKET_SAMPLES;
    packets = packets == 0 ? 1 : packets;
    uint8_t *payload = malloc(packets * SOUND_PACKET_SAMPLES);
    if (payload == NULL) {
        return STATUS_NOMEM;
    }
    for (size_t i = 0; i < packets * SOUND_PACKET_SAMPLES; i++) {
        int16_t sample = i < sound->samples ? sound->sample[i] : 0;
        payload[i] = codec == SOUND_PCMA ? g711_alaw(sample) : g711_ulaw(sample);
    }
    *loop = (struct sound_loop){payload, (uint32_t)packets};
    return STATUS_OK;
}

const uint8_t *sound_loop_packet(const struct sound_loop *loop, uint32_t offset, uint32_t packet)
{
    uint32_t place = (uint32_t)(((uint64_t)offset + packet) % loop->packets);
    return loop->payload + (size_t)place * SOUND_PACKET_SAMPLES;
}

void sound_loop_deinit(struct sound_loop *loop)
{
    free(loop->payload);
    *loop = (struct sound_loop){0};
}
