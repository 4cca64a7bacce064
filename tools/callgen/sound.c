#include "tools/callgen/sound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <samplerate.h>
#include <sndfile.h>

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

static enum status resample(const float *mono, const SF_INFO *info, uint32_t rate_hz,
                            struct sound *sound, struct fault *fault)
{
    double ratio = (double)rate_hz / info->samplerate;
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
    *sound = (struct sound){sample, (size_t)data.output_frames_gen, rate_hz};
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
    if ((double)info->frames / info->samplerate > SOUND_SECONDS_MAX) {
        return fault_set(fault, STATUS_LIMIT, 0, "longer than %d s", SOUND_SECONDS_MAX);
    }
    return STATUS_OK;
}

enum status sound_load(const char *path, uint32_t rate_hz, struct sound *sound, struct fault *fault)
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
        status = resample(mono, &info, rate_hz, sound, fault);
    }
    if (status != STATUS_OK) {
        fault_wrap(fault, "%s", path);
    }
    free(mono);
    sf_close(file);
    return status;
}

enum status sound_bursts(uint32_t rate_hz, double tone_hz, unsigned from_ms, unsigned until_ms,
                         struct sound *sound)
{
    enum { SECONDS = 2, FADES_PER_S = 200 };
    size_t fade = rate_hz / FADES_PER_S;
    size_t samples = (size_t)SECONDS * rate_hz;
    size_t first = (size_t)from_ms * rate_hz / 1000;
    size_t length = (size_t)until_ms * rate_hz / 1000 - first;
    int16_t *sample = calloc(samples, sizeof(*sample));
    if (sample == NULL) {
        return STATUS_NOMEM;
    }
    for (size_t i = 0; i < samples; i++) {
        size_t place = i % rate_hz - first;
        if (i % rate_hz < first || place >= length) {
            continue;
        }
        size_t edge = place < length - 1 - place ? place : length - 1 - place;
        double gain = edge < fade ? (double)edge / (double)fade : 1.0;
        double angle = 2.0 * M_PI * tone_hz * (double)place / (double)rate_hz;
        sample[i] = to_sample(0.5 * gain * sin(angle));
    }
    *sound = (struct sound){sample, samples, rate_hz};
    return STATUS_OK;
}

static size_t samples_max(const struct sound *sound)
{
    return (size_t)SOUND_SECONDS_MAX * sound->rate_hz;
}

enum status sound_extend(struct sound *sound, size_t samples)
{
    if (samples <= sound->samples) {
        return STATUS_OK;
    }
    if (samples > samples_max(sound)) {
        return STATUS_LIMIT;
    }
    int16_t *grown = realloc(sound->sample, samples * sizeof(*grown));
    if (grown == NULL) {
        return STATUS_NOMEM;
    }
    memset(grown + sound->samples, 0, (samples - sound->samples) * sizeof(*grown));
    sound->sample = grown;
    sound->samples = samples;
    return STATUS_OK;
}

enum status sound_place(struct sound *sound, size_t at_sample, const struct sound *other)
{
    size_t most = samples_max(sound);
    if (at_sample > most || other->samples > most - at_sample) {
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

static bool is_silent(const int16_t *pcm, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        if (pcm[i] != 0) {
            return false;
        }
    }
    return true;
}

/* The whole sound, packet after packet. */
static enum status encode_packets(const struct sound *sound, const struct codec *codec, void *state,
                                  struct sound_loop *loop)
{
    size_t step = codec_packet_samples(codec);
    for (size_t i = 0; i < loop->packets; i++) {
        int16_t pcm[CODEC_RATE_HZ_MAX / CODEC_PACKETS_PER_S] = {0};
        size_t first = i * step;
        size_t there = sound->samples > first ? sound->samples - first : 0;
        there = there < step ? there : step;
        if (there > 0) {
            memcpy(pcm, sound->sample + first, there * sizeof(pcm[0]));
        }
        loop->payload[i].silent = is_silent(pcm, step);
        loop->payload[i].bytes = (uint16_t)codec->encode(state, pcm, loop->payload[i].octet);
        if (loop->payload[i].bytes == 0) {
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}

enum status sound_encode(const struct sound *sound, const struct codec *codec,
                         struct sound_loop *loop)
{
    size_t step = codec_packet_samples(codec);
    size_t packets = (sound->samples + step - 1) / step;
    void *state = NULL;
    struct sound_loop made = {.packets = packets == 0 ? 1 : (uint32_t)packets};
    made.payload = calloc(made.packets, sizeof(made.payload[0]));
    if (made.payload == NULL) {
        return STATUS_NOMEM;
    }
    enum status status = codec->open == NULL ? STATUS_OK : codec->open(&state);
    if (status == STATUS_OK) {
        status = encode_packets(sound, codec, state, &made);
    }
    if (state != NULL) {
        codec->close(state);
    }
    if (status != STATUS_OK) {
        sound_loop_deinit(&made);
        return status;
    }
    *loop = made;
    return STATUS_OK;
}

const struct sound_payload *sound_loop_packet(const struct sound_loop *loop, uint32_t offset,
                                              uint32_t packet)
{
    return &loop->payload[((uint64_t)offset + packet) % loop->packets];
}

void sound_loop_deinit(struct sound_loop *loop)
{
    free(loop->payload);
    *loop = (struct sound_loop){0};
}
