/*
 * G.729 through its program: what is heard, and what becomes of calls when the program dies or
 * hangs. Where it was not built, for want of its library, only what needs none is tested.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "audio/decoder.h"
#include "audio/g729_protocol.h"
#include "audio/g729_service.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "unit/audio/support_sound.h"

enum { FRAMES = 50, FRAME_BYTES = 10, PACKET_BYTES = 20, PACKET_SAMPLES = 160 };

/* The program as it was built, beside the tests' folder. */
static const char *program(void)
{
    static char path[4096];
    ssize_t bytes = readlink("/proc/self/exe", path, sizeof path - 32);

    assert_true(bytes > 0);
    path[bytes] = 0;
    *strrchr(path, '/') = 0;
    strcpy(strrchr(path, '/'), "/bin/recorder-g729");
    return path;
}

static struct g729_service *make_service(void)
{
    struct g729_service *service = NULL;

    if (access(program(), X_OK) != 0)
        skip();
    assert_int_equal(g729_service_create(program(), &service, NULL), STATUS_OK);
    return service;
}

/* A program that behaves as a script says. */
static struct g729_service *make_odd_service(char *path, const char *script)
{
    struct g729_service *service = NULL;
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, script, strlen(script)), strlen(script));
    assert_int_equal(fchmod(file, 0700), 0);
    assert_int_equal(close(file), 0);
    assert_int_equal(g729_service_create(path, &service, NULL), STATUS_OK);
    return service;
}

/* The one child of this process. */
static pid_t child(void)
{
    FILE *file = fopen("/proc/thread-self/children", "r");
    int pid = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d", &pid), 1);
    (void)fclose(file);
    return pid;
}

static enum status decode_frame(struct g729_service *service, uint32_t channel)
{
    const uint8_t frame[FRAME_BYTES] = {0x26, 0x18, 0x6c, 0x46, 0xb4, 0x46, 1, 2, 3, 4};
    int16_t pcm[G729_FRAME_SAMPLES];

    return g729_service_decode(service, channel, frame, sizeof frame, pcm);
}

static int64_t ms_since(mono_time begin)
{
    return (clock_mono_now().ns - begin.ns) / CLOCK_NS_PER_MS;
}

/* Another decoder makes the same of it, but for rounding. */
static void voice_is_heard_as_another_decoder_hears_it(void **state)
{
    (void)state;
    struct g729_service *service = make_service();
    const struct audio_setup setup = {.g729 = service};
    const struct audio_codec *codec = audio_codec_find("G729", 8000);
    struct audio_decoder *decoder = NULL;
    int16_t wanted[FRAMES * G729_FRAME_SAMPLES];
    int16_t heard[FRAMES * G729_FRAME_SAMPLES];
    size_t bytes;
    size_t wanted_bytes;
    uint8_t *coded = sound_vector("voice.g729", &bytes);
    uint8_t *decoded = sound_vector("voice.g729.s16", &wanted_bytes);

    assert_int_equal(bytes, FRAMES * FRAME_BYTES);
    assert_int_equal(wanted_bytes, sizeof wanted);
    for (size_t i = 0; i < wanted_bytes / 2; i++)
        wanted[i] = (int16_t)bytes_get_u16(decoded + 2 * i);
    assert_int_equal(audio_decoder_create(&setup, &decoder), STATUS_OK);
    for (size_t i = 0; i < bytes; i += PACKET_BYTES) {
        assert_int_equal(audio_codec_samples(codec, coded + i, PACKET_BYTES), PACKET_SAMPLES);
        assert_int_equal(audio_decoder_decode(decoder, codec, coded + i, PACKET_BYTES,
                                              heard + i / FRAME_BYTES * G729_FRAME_SAMPLES),
                         STATUS_OK);
    }
    assert_true(sound_likeness(wanted, heard, FRAMES * G729_FRAME_SAMPLES) > 100);
    /* a loss goes on as before; its length need not be whole frames */
    int16_t invented[PACKET_SAMPLES + 1];
    invented[PACKET_SAMPLES] = 0x5555;
    audio_decoder_conceal(decoder, PACKET_SAMPLES - 1, NULL, 0, invented);
    assert_true(sound_power(invented, PACKET_SAMPLES - 1) > sound_power(wanted, 4000) / 20);
    assert_int_equal(invented[PACKET_SAMPLES], 0x5555);
    audio_decoder_destroy(decoder);
    g729_service_destroy(service);
    free(decoded);
    free(coded);
}

/* Annex B: the frame of 2 octets behind the voice tells how quiet the silence is. */
static void packet_may_end_with_a_frame_of_noise(void **state)
{
    (void)state;
    struct g729_service *service = make_service();
    const struct audio_codec *codec = audio_codec_find("G729", 8000);
    const uint8_t noise[] = {0xb4, 0x46};
    size_t bytes;
    uint8_t *coded = sound_vector("voice.g729", &bytes);
    uint8_t packet[FRAME_BYTES + sizeof noise];
    int16_t pcm[2 * G729_FRAME_SAMPLES];
    uint32_t channel;

    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    memcpy(packet, coded + 200, FRAME_BYTES);
    memcpy(packet + FRAME_BYTES, noise, sizeof noise);
    assert_int_equal(audio_codec_samples(codec, packet, sizeof packet), 160);
    assert_int_equal(g729_service_decode(service, channel, packet, sizeof packet, pcm), STATUS_OK);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(audio_codec_samples(codec, noise, sizeof noise), 80);
        assert_int_equal(g729_service_decode(service, channel, noise, sizeof noise, pcm),
                         STATUS_OK);
    }
    assert_true(sound_power(pcm, 80) < 100 * 100);
    g729_service_destroy(service);
    free(coded);
}

static void payloads_of_other_lengths_are_refused(void **state)
{
    (void)state;
    const struct audio_codec *codec = audio_codec_find("G729", 8000);
    static const uint8_t payload[G729_FRAMES_MAX * FRAME_BYTES + FRAME_BYTES];
    struct g729_service *service = NULL;
    int16_t pcm[160];

    for (size_t bytes = 0; bytes <= 40; bytes++) {
        size_t frames = bytes / 10 + (bytes % 10 == 2);

        assert_int_equal(audio_codec_samples(codec, payload, bytes),
                         bytes % 10 == 0 || bytes % 10 == 2 ? frames * 80 : 0);
    }
    assert_int_equal(audio_codec_samples(codec, payload, G729_FRAMES_MAX * FRAME_BYTES), 9600);
    assert_int_equal(audio_codec_samples(codec, payload, G729_FRAMES_MAX * FRAME_BYTES + 2), 0);
    assert_int_equal(audio_codec_samples(codec, payload, sizeof payload), 0);
    assert_int_equal(g729_service_create("/bin/true", &service, NULL), STATUS_OK);
    uint32_t channel;
    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(g729_service_decode(service, channel, payload, 11, pcm), STATUS_INVALID);
    assert_int_equal(g729_service_starts(service), 0);
    g729_service_destroy(service);
}

/* What one channel hears does not depend on others, nor on who had its number before. */
static void channels_do_not_hear_each_other(void **state)
{
    (void)state;
    struct g729_service *service = make_service();
    size_t bytes;
    uint8_t *coded = sound_vector("voice.g729", &bytes);
    static int16_t alone[FRAMES * G729_FRAME_SAMPLES];
    static int16_t beside[FRAMES * G729_FRAME_SAMPLES];
    uint32_t first;
    uint32_t second;
    uint32_t again;

    assert_int_equal(g729_service_open(service, &first), STATUS_OK);
    assert_int_equal(g729_service_decode(service, first, coded, bytes, alone), STATUS_OK);
    g729_service_close(service, first);
    assert_int_equal(g729_service_open(service, &again), STATUS_OK);
    assert_int_equal(again, first);
    assert_int_equal(g729_service_open(service, &second), STATUS_OK);
    assert_int_not_equal(second, again);
    for (size_t i = 0; i < FRAMES; i++) {
        int16_t other[G729_FRAME_SAMPLES];

        assert_int_equal(g729_service_decode(service, again, coded + i * FRAME_BYTES, FRAME_BYTES,
                                             beside + i * G729_FRAME_SAMPLES),
                         STATUS_OK);
        assert_int_equal(g729_service_decode(service, second,
                                             coded + (FRAMES - 1 - i) * FRAME_BYTES, FRAME_BYTES,
                                             other),
                         STATUS_OK);
    }
    assert_memory_equal(alone, beside, sizeof alone);
    assert_int_equal(g729_service_starts(service), 1);
    g729_service_destroy(service);
    free(coded);
}

static void program_that_dies_is_started_again_and_the_call_goes_on(void **state)
{
    (void)state;
    struct g729_service *service = make_service();
    mono_time begin = clock_mono_now();
    enum status status;
    uint32_t channel;

    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(decode_frame(service, channel), STATUS_OK);
    assert_int_equal(kill(child(), SIGKILL), 0);
    do {
        status = decode_frame(service, channel);
        assert_true(status == STATUS_OK || status == STATUS_IO || status == STATUS_BUSY);
        /* in the first second only if the signal has not been carried out yet */
        if (status == STATUS_OK && g729_service_starts(service) == 1)
            status = STATUS_BUSY;
        (void)usleep(5000);
    } while (status != STATUS_OK && ms_since(begin) < 10000);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(g729_service_starts(service), 2);
    assert_true(ms_since(begin) >= G729_SERVICE_RESTART_MS - 1);
    g729_service_destroy(service);
}

/* Later than a second behind its start, a death costs no packet but the one that met it. */
static void program_that_died_long_ago_costs_nothing(void **state)
{
    (void)state;
    struct g729_service *service = make_service();
    uint32_t channel;

    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(decode_frame(service, channel), STATUS_OK);
    (void)usleep((G729_SERVICE_RESTART_MS + 10) * 1000);
    pid_t pid = child();
    assert_int_equal(kill(pid, SIGKILL), 0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(decode_frame(service, channel), STATUS_OK);
    assert_int_equal(g729_service_starts(service), 2);
    g729_service_destroy(service);
}

static void program_that_hangs_is_waited_for_once_and_not_long(void **state)
{
    (void)state;
    char path[] = "/tmp/g729_hangs_XXXXXX";
    struct g729_service *service = make_odd_service(path, "#!/bin/sh\nexec sleep 1000\n");
    mono_time begin = clock_mono_now();
    uint32_t channel;

    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(decode_frame(service, channel), STATUS_IO);
    assert_true(ms_since(begin) >= G729_SERVICE_ANSWER_MS - 1);
    assert_true(ms_since(begin) < G729_SERVICE_RESTART_MS);
    for (int i = 0; i < 100; i++)
        assert_int_equal(decode_frame(service, channel), STATUS_BUSY);
    assert_int_equal(g729_service_starts(service), 1);
    g729_service_close(service, channel);
    g729_service_destroy(service);
    assert_int_equal(unlink(path), 0);
}

static void answer_that_is_none_ends_the_program(void **state)
{
    (void)state;
    char path[] = "/tmp/g729_rubbish_XXXXXX";
    struct g729_service *service =
        make_odd_service(path, "#!/bin/sh\nprintf rubbish >&0\nexec sleep 1000\n");
    uint32_t channel;

    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(decode_frame(service, channel), STATUS_IO);
    assert_int_equal(decode_frame(service, channel), STATUS_BUSY);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* it has gone, and is no zombie */
    g729_service_destroy(service);
    assert_int_equal(unlink(path), 0);
}

static void program_that_cannot_run_fails_the_packet_only(void **state)
{
    (void)state;
    char path[] = "/tmp/g729_cannot_XXXXXX";
    struct g729_service *service = make_odd_service(path, "#!/nowhere/sh\n");
    uint32_t channel;

    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(decode_frame(service, channel), STATUS_IO);
    assert_int_equal(decode_frame(service, channel), STATUS_BUSY);
    g729_service_destroy(service);
    assert_int_equal(unlink(path), 0);
}

static void without_the_program_there_is_no_service(void **state)
{
    (void)state;
    struct g729_service *service = NULL;
    struct fault fault = {0};

    assert_int_equal(g729_service_create("/nowhere/recorder-g729", &service, &fault),
                     STATUS_NOT_FOUND);
    assert_non_null(strstr(fault.text, "/nowhere/recorder-g729"));
    /* beside this test there is none */
    assert_int_equal(g729_service_create(NULL, &service, &fault), STATUS_NOT_FOUND);
    assert_non_null(strstr(fault.text, "/tests/recorder-g729"));
    assert_null(service);
    g729_service_destroy(NULL);
}

static void as_many_channels_as_the_limit_and_no_more(void **state)
{
    (void)state;
    struct g729_service *service = NULL;
    uint32_t channel;

    assert_int_equal(g729_service_create("/bin/true", &service, NULL), STATUS_OK);
    for (uint32_t i = 0; i < G729_CHANNELS_MAX; i++)
        assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(g729_service_open(service, &channel), STATUS_LIMIT);
    g729_service_close(service, 7);
    assert_int_equal(g729_service_open(service, &channel), STATUS_OK);
    assert_int_equal(channel, 7);
    g729_service_destroy(service);
}

static void *decode_much(void *context)
{
    struct g729_service *service = context;
    uint32_t channel;

    if (g729_service_open(service, &channel) != STATUS_OK)
        return "no channel";
    for (int i = 0; i < 300; i++)
        if (decode_frame(service, channel) != STATUS_OK)
            return "not decoded";
    g729_service_close(service, channel);
    return NULL;
}

static void threads_share_one_program(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    struct g729_service *service = make_service();
    pthread_t thread[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, decode_much, service), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(thread[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(g729_service_starts(service), 1);
    g729_service_destroy(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voice_is_heard_as_another_decoder_hears_it),
        cmocka_unit_test(packet_may_end_with_a_frame_of_noise),
        cmocka_unit_test(payloads_of_other_lengths_are_refused),
        cmocka_unit_test(channels_do_not_hear_each_other),
        cmocka_unit_test(program_that_dies_is_started_again_and_the_call_goes_on),
        cmocka_unit_test(program_that_died_long_ago_costs_nothing),
        cmocka_unit_test(program_that_hangs_is_waited_for_once_and_not_long),
        cmocka_unit_test(answer_that_is_none_ends_the_program),
        cmocka_unit_test(program_that_cannot_run_fails_the_packet_only),
        cmocka_unit_test(without_the_program_there_is_no_service),
        cmocka_unit_test(as_many_channels_as_the_limit_and_no_more),
        cmocka_unit_test(threads_share_one_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
