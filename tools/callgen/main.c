/**
 * callgen: place recorded calls with a SIPREC recorder and tell exactly what was sent.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "tools/callgen/client.h"
#include "tools/callgen/report.h"
#include "tools/callgen/speech.h"

enum { EXIT_ALL_OK = 0, EXIT_SOME_FAILED = 1, EXIT_USAGE = 2, DESCRIPTORS_OF_OURS = 32 };

static enum status make_sounds(const struct options *options, struct sound sounds[INVITE_STREAMS],
                               struct fault *fault)
{
    uint32_t rate_hz = options->codec->rate_hz;
    enum status status = STATUS_OK;
    switch (options->source) {
    case OPTIONS_SPEECH:
        return speech_dialogue(rate_hz, &sounds[0], &sounds[1], fault);
    case OPTIONS_FILES:
        status = sound_load(options->left, rate_hz, &sounds[0], fault);
        return status == STATUS_OK ? sound_load(options->right, rate_hz, &sounds[1], fault)
                                   : status;
    case OPTIONS_TONE:
        status = sound_bursts(rate_hz, 440, 0, 500, &sounds[0]);
        status = status == STATUS_OK ? sound_bursts(rate_hz, 1000, 600, 900, &sounds[1]) : status;
        break;
    }
    return status == STATUS_OK ? status : fault_set(fault, status, 0, "memory for sound");
}

/* What both parties say, equally long, in the codec of the streams. */
static enum status make_loops(const struct options *options, struct sound_loop loop[INVITE_STREAMS],
                              struct fault *fault)
{
    struct sound sounds[INVITE_STREAMS] = {{0}};
    enum status status = make_sounds(options, sounds, fault);
    size_t samples = sounds[0].samples > sounds[1].samples ? sounds[0].samples : sounds[1].samples;
    for (unsigned i = 0; i < INVITE_STREAMS && status == STATUS_OK; i++) {
        status = sound_extend(&sounds[i], samples);
        if (status == STATUS_OK) {
            status = sound_encode(&sounds[i], options->codec, &loop[i]);
        }
        if (status != STATUS_OK) {
            (void)fault_set(fault, status, 0, "encode the sound: %s", status_text(status));
        }
    }
    sound_deinit(&sounds[0]);
    sound_deinit(&sounds[1]);
    return status;
}

/* SIGINT and SIGTERM come as data from here on; the threads started later inherit the mask. */
static int take_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static enum status check_descriptors(uint32_t calls, struct fault *fault)
{
    unsigned long limit = 0;
    enum status status = descriptor_limit_raise(&limit, fault);
    if (status == STATUS_OK && limit < 2UL * calls + DESCRIPTORS_OF_OURS) {
        status = fault_set(fault, STATUS_LIMIT, 0,
                           "%u calls need %lu descriptors, the limit is %lu; raise ulimit -n",
                           calls, 2UL * calls + DESCRIPTORS_OF_OURS, limit);
    }
    return status;
}

static bool print_summary(const struct call *calls, uint32_t call_count)
{
    unsigned counts[] = {0, 0, 0, 0};
    const char *detail = "";
    for (uint32_t i = 0; i < call_count; i++) {
        counts[calls[i].result]++;
        detail = detail[0] == '\0' ? calls[i].detail : detail;
    }
    (void)fprintf(stderr, "callgen: calls=%u ok=%u refused=%u timeout=%u error=%u%s%s\n",
                  call_count, counts[CALL_OK], counts[CALL_REFUSED], counts[CALL_TIMEOUT],
                  counts[CALL_ERROR], detail[0] == '\0' ? "" : "; first: ", detail);
    return counts[CALL_OK] == call_count;
}

static enum status write_results(const struct call_world *world, const struct call *calls,
                                 struct fault *fault)
{
    const struct options *options = world->options;
    enum status status = STATUS_OK;
    if (options->sent_dir != NULL) {
        status = report_write_sent(calls, options->calls, options->sent_dir, fault);
    }
    if (status == STATUS_OK && options->report != NULL) {
        status = report_write(world, calls, options->calls, options->report, fault);
    }
    return status;
}

static enum status run_calls(const struct call_world *world, int signals, bool *all_ok,
                             struct fault *fault)
{
    uint32_t count = world->options->calls;
    struct call *calls = calloc(count, sizeof(*calls));
    if (calls == NULL) {
        return fault_set(fault, STATUS_NOMEM, 0, "memory for %u calls", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        call_init(world, i, &calls[i]);
    }
    enum status status = client_run(world, calls, count, signals, fault);
    if (status == STATUS_OK) {
        *all_ok = print_summary(calls, count);
        status = write_results(world, calls, fault);
    } else {
        return status; /* the sender still works with them: they go with the process */
    }
    for (uint32_t i = 0; i < count; i++) {
        call_deinit(&calls[i]);
    }
    free(calls);
    return status;
}

static enum status run(const struct options *options, bool *all_ok, struct fault *fault)
{
    struct sound_loop loop[INVITE_STREAMS] = {{0}};
    struct call_world world = {.options = options, .loop = loop};
    int signals = -1;
    enum status status = check_descriptors(options->calls, fault);
    if (status == STATUS_OK) {
        status = make_loops(options, loop, fault);
    }
    if (status == STATUS_OK) {
        signals = take_signals();
        status = transport_open(options->to, options->tcp, &world.transport, fault);
    }
    if (status == STATUS_OK) {
        status = sender_create(options->calls, &world.sender, fault);
    }
    if (status == STATUS_OK) {
        status = run_calls(&world, signals, all_ok, fault);
    }
    sender_destroy(world.sender);
    transport_close(world.transport);
    if (signals >= 0) {
        (void)close(signals);
    }
    sound_loop_deinit(&loop[0]);
    sound_loop_deinit(&loop[1]);
    return status;
}

int main(int argument_count, char *arguments[])
{
    struct options options;
    struct fault fault = {0};
    bool all_ok = false;
    if (options_read(argument_count, arguments, &options, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "callgen: %s; see callgen --help\n", fault.text);
        return EXIT_USAGE;
    }
    if (options.help) {
        return fputs(options_help(), stdout) < 0 ? EXIT_SOME_FAILED : EXIT_ALL_OK;
    }
    if (run(&options, &all_ok, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "callgen: %s\n", fault.text);
        return EXIT_SOME_FAILED;
    }
    return all_ok ? EXIT_ALL_OK : EXIT_SOME_FAILED;
}
