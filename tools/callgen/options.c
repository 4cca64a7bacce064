#include "tools/callgen/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "tools/callgen/digits.h"

enum option_code {
    OPTION_TO = 256,
    OPTION_TRANSPORT,
    OPTION_CALLS,
    OPTION_SECONDS,
    OPTION_RATE,
    OPTION_LEFT,
    OPTION_RIGHT,
    OPTION_SPEECH,
    OPTION_TONE,
    OPTION_CODEC,
    OPTION_DIGITS,
    OPTION_NOISE,
    OPTION_CALLER,
    OPTION_CALLED,
    OPTION_CALLER_NAME,
    OPTION_CALLED_NAME,
    OPTION_LOSS,
    OPTION_DUPLICATE,
    OPTION_REORDER,
    OPTION_REORDER_MS,
    OPTION_JITTER_MS,
    OPTION_SEED,
    OPTION_REPORT,
    OPTION_SENT_DIR,
    OPTION_LABELS,
    OPTION_BYE_WAIT_MS,
    OPTION_HELP,
};

static const struct option long_options[] = {
    {"to", required_argument, NULL, OPTION_TO},
    {"transport", required_argument, NULL, OPTION_TRANSPORT},
    {"calls", required_argument, NULL, OPTION_CALLS},
    {"seconds", required_argument, NULL, OPTION_SECONDS},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"left", required_argument, NULL, OPTION_LEFT},
    {"right", required_argument, NULL, OPTION_RIGHT},
    {"speech", no_argument, NULL, OPTION_SPEECH},
    {"tone", no_argument, NULL, OPTION_TONE},
    {"codec", required_argument, NULL, OPTION_CODEC},
    {"digits", required_argument, NULL, OPTION_DIGITS},
    {"noise", no_argument, NULL, OPTION_NOISE},
    {"caller", required_argument, NULL, OPTION_CALLER},
    {"called", required_argument, NULL, OPTION_CALLED},
    {"caller-name", required_argument, NULL, OPTION_CALLER_NAME},
    {"called-name", required_argument, NULL, OPTION_CALLED_NAME},
    {"loss", required_argument, NULL, OPTION_LOSS},
    {"duplicate", required_argument, NULL, OPTION_DUPLICATE},
    {"reorder", required_argument, NULL, OPTION_REORDER},
    {"reorder-ms", required_argument, NULL, OPTION_REORDER_MS},
    {"jitter-ms", required_argument, NULL, OPTION_JITTER_MS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"report", required_argument, NULL, OPTION_REPORT},
    {"sent-dir", required_argument, NULL, OPTION_SENT_DIR},
    {"labels", required_argument, NULL, OPTION_LABELS},
    {"bye-wait-ms", required_argument, NULL, OPTION_BYE_WAIT_MS},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

const char *options_help(void)
{
    return "usage: callgen --to HOST:PORT [options]\n"
           "Place recorded calls with a SIPREC recorder (RFC 7866) as a PBX would: SIP, metadata\n"
           "and two RTP streams a call; tell exactly what was sent.\n"
           "\n"
           "  --to HOST:PORT        the recorder's SIP address\n"
           "  --transport udp|tcp   of SIP (udp)\n"
           "  --calls N             how many calls, 1..10000 (1)\n"
           "  --rate N              calls started a second (20)\n"
           "  --seconds D           length of the audio, 0.02..3600 (10)\n"
           "what is heard, repeated or cut to the length; call i starts a little later in it:\n"
           "  --tone                bursts: 440 Hz in 0..500 ms of each second on the left,\n"
           "                        1000 Hz in 600..900 ms on the right (default)\n"
           "  --speech              a spoken dialogue, by the program espeak-ng\n"
           "  --left FILE --right FILE   sound files of any rate\n"
           "  --codec NAME          pcma, pcmu (G.711), g722, l16 (16 kHz), gsm or opus (pcma)\n"
           "  --digits KEYS         the caller presses them, one every 400 ms from the second\n"
           "                        second on, as events in place of audio (RFC 4733)\n"
           "  --noise               silence is sent as comfort noise (RFC 3389); not with l16, "
           "opus\n"
           "who talks; left is the caller, right is the called; a '#' is a digit of the index:\n"
           "  --caller NUMBER --caller-name NAME   (+4520304050, Anna Holm)\n"
           "  --called NUMBER --called-name NAME   (+4570101010, Service desk)\n"
           "  --labels A,B          a=label of the two streams (1,2)\n"
           "what the network does to the packets, each chosen by the seed; the first and the\n"
           "last packet of a stream are never withheld or held back:\n"
           "  --loss PERCENT        withheld\n"
           "  --duplicate PERCENT   sent twice, the copy up to 40 ms later\n"
           "  --reorder PERCENT     held back by --reorder-ms MS (40)\n"
           "  --jitter-ms MS        each late by 0..MS\n"
           "  --seed N              (1)\n"
           "and at the end:\n"
           "  --bye-wait-ms MS      between the last packet and BYE (100)\n"
           "  --report FILE         JSON; - for standard output\n"
           "  --sent-dir DIR        one file per stream with the payload of all its packets\n"
           "\n"
           "SIGINT and SIGTERM end all calls by BYE at once.\n"
           "exit status: 0 all calls went well, 1 some did not, 2 wrong usage\n";
}

static enum status read_number(const char *name, const char *text, double least, double most,
                               double *number, struct fault *fault)
{
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || isspace((unsigned char)text[0]) ||
        !(value >= least && value <= most)) {
        return fault_set(fault, STATUS_INVALID, 0, "--%s %s: a number from %g to %g is needed",
                         name, text, least, most);
    }
    *number = value;
    return STATUS_OK;
}

static enum status read_whole(const char *name, const char *text, uint32_t least, uint32_t most,
                              uint32_t *number, struct fault *fault)
{
    double value = 0;
    enum status status = read_number(name, text, least, most, &value, fault);
    if (status == STATUS_OK && value != floor(value)) {
        status =
            fault_set(fault, STATUS_INVALID, 0, "--%s %s: a whole number is needed", name, text);
    }
    if (status == STATUS_OK) {
        *number = (uint32_t)value;
    }
    return status;
}

static enum status read_share(const char *name, const char *text, double *share,
                              struct fault *fault)
{
    double percent = 0;
    enum status status = read_number(name, text, 0, 100, &percent, fault);
    if (status == STATUS_OK) {
        *share = percent / 100;
    }
    return status;
}

static enum status read_seed(const char *text, uint64_t *seed, struct fault *fault)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || !isdigit((unsigned char)text[0]) || *end != '\0') {
        return fault_set(fault, STATUS_INVALID, 0, "--seed %s: a whole number is needed", text);
    }
    *seed = value;
    return STATUS_OK;
}

static enum status read_choice(const char *name, const char *text, const char *no, const char *yes,
                               bool *chosen, struct fault *fault)
{
    if (strcmp(text, no) != 0 && strcmp(text, yes) != 0) {
        return fault_set(fault, STATUS_INVALID, 0, "--%s %s: %s or %s", name, text, no, yes);
    }
    *chosen = strcmp(text, yes) == 0;
    return STATUS_OK;
}

/* A phone number or SIP user part that needs no escaping in a URI. */
static enum status read_party(const char *name, const char *text, const char **number,
                              struct fault *fault)
{
    size_t length = strlen(text);
    if (length == 0 || length >= BOUND_NUMBER_BYTES ||
        strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+*-_.#") !=
            length) {
        return fault_set(fault, STATUS_INVALID, 0,
                         "--%s %s: 1 to %d letters, digits or + * - _ . # are needed", name, text,
                         BOUND_NUMBER_BYTES - 1);
    }
    *number = text;
    return STATUS_OK;
}

static enum status read_name(const char *name, const char *text, const char **out,
                             struct fault *fault)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at)) {
            return fault_set(fault, STATUS_INVALID, 0, "--%s: control character", name);
        }
    }
    if (strlen(text) >= BOUND_NAME_BYTES) {
        return fault_set(fault, STATUS_INVALID, 0, "--%s: longer than %d bytes", name,
                         BOUND_NAME_BYTES - 1);
    }
    *out = text;
    return STATUS_OK;
}

static enum status read_labels(const char *text, struct options *options, struct fault *fault)
{
    char first[OPTIONS_LABEL_BYTES];
    char second[OPTIONS_LABEL_BYTES];
    int used = 0;
    static const char set[] = "%31[0-9A-Za-z._-],%31[0-9A-Za-z._-]%n";
    if (sscanf(text, set, first, second, &used) != 2 || text[used] != '\0' ||
        strcmp(first, second) == 0) {
        return fault_set(fault, STATUS_INVALID, 0,
                         "--labels %s: two different ones are needed, like 1,2", text);
    }
    memcpy(options->label[0], first, sizeof(first));
    memcpy(options->label[1], second, sizeof(second));
    return STATUS_OK;
}

static enum status read_impairment(int code, const char *name, const char *text,
                                   struct plan_impairment *impairment, struct fault *fault)
{
    if (code == OPTION_LOSS) {
        return read_share(name, text, &impairment->loss_share, fault);
    }
    if (code == OPTION_DUPLICATE) {
        return read_share(name, text, &impairment->duplicate_share, fault);
    }
    if (code == OPTION_REORDER) {
        return read_share(name, text, &impairment->reorder_share, fault);
    }
    uint32_t *delay = code == OPTION_REORDER_MS ? &impairment->reorder_ms : &impairment->jitter_ms;
    return read_whole(name, text, 0, OPTIONS_DELAY_MS_MAX, delay, fault);
}

static enum status read_parties(int code, const char *name, const char *text,
                                struct options *options, struct fault *fault)
{
    if (code == OPTION_CALLER || code == OPTION_CALLED) {
        return read_party(name, text, code == OPTION_CALLER ? &options->caller : &options->called,
                          fault);
    }
    return read_name(name, text,
                     code == OPTION_CALLER_NAME ? &options->caller_name : &options->called_name,
                     fault);
}

/* Options that only keep what they are given. */
static void keep_text(int code, const char *text, struct options *options)
{
    switch (code) {
    case OPTION_TO:
        options->to = text;
        break;
    case OPTION_LEFT:
        options->left = text;
        break;
    case OPTION_RIGHT:
        options->right = text;
        break;
    case OPTION_REPORT:
        options->report = text;
        break;
    case OPTION_SENT_DIR:
        options->sent_dir = text;
        break;
    case OPTION_SPEECH:
        options->source = OPTIONS_SPEECH;
        break;
    case OPTION_NOISE:
        options->noise = true;
        break;
    case OPTION_HELP:
        options->help = true;
        break;
    default: /* OPTION_TONE */
        options->source = OPTIONS_TONE;
        break;
    }
}

static enum status read_codec(const char *text, const struct codec **codec, struct fault *fault)
{
    const struct codec *found = codec_find(text);
    if (found == NULL) {
        return fault_set(fault, STATUS_INVALID, 0, "--codec %s: %s is needed", text, codec_names());
    }
    *codec = found;
    return STATUS_OK;
}

static enum status read_one(int code, const char *name, const char *text, struct options *options,
                            struct fault *fault)
{
    switch (code) {
    case OPTION_TRANSPORT:
        return read_choice(name, text, "udp", "tcp", &options->tcp, fault);
    case OPTION_CODEC:
        return read_codec(text, &options->codec, fault);
    case OPTION_DIGITS:
        if (!digits_are_valid(text)) {
            return fault_set(fault, STATUS_INVALID, 0, "--digits %s: 1 to %d of 0-9*#ABCD", text,
                             DIGITS_MAX);
        }
        options->digits = text;
        return STATUS_OK;
    case OPTION_CALLS:
        return read_whole(name, text, 1, OPTIONS_CALLS_MAX, &options->calls, fault);
    case OPTION_SECONDS:
        return read_number(name, text, 0.02, OPTIONS_SECONDS_MAX, &options->seconds, fault);
    case OPTION_RATE:
        return read_number(name, text, 0.001, 10000, &options->rate, fault);
    case OPTION_SEED:
        return read_seed(text, &options->seed, fault);
    case OPTION_LABELS:
        return read_labels(text, options, fault);
    case OPTION_BYE_WAIT_MS:
        return read_whole(name, text, 0, OPTIONS_DELAY_MS_MAX, &options->bye_wait_ms, fault);
    case OPTION_LOSS:
    case OPTION_DUPLICATE:
    case OPTION_REORDER:
    case OPTION_REORDER_MS:
    case OPTION_JITTER_MS:
        return read_impairment(code, name, text, &options->impairment, fault);
    case OPTION_CALLER:
    case OPTION_CALLED:
    case OPTION_CALLER_NAME:
    case OPTION_CALLED_NAME:
        return read_parties(code, name, text, options, fault);
    default:
        keep_text(code, text, options);
        return STATUS_OK;
    }
}

static enum status check(int argument_count, char *const arguments[], struct options *options,
                         struct fault *fault)
{
    if (options->help) {
        return STATUS_OK;
    }
    if (optind < argument_count) {
        return fault_set(fault, STATUS_INVALID, 0, "%s: not an option", arguments[optind]);
    }
    if (options->to == NULL) {
        return fault_set(fault, STATUS_INVALID, 0, "--to HOST:PORT is needed");
    }
    if ((options->left == NULL) != (options->right == NULL)) {
        return fault_set(fault, STATUS_INVALID, 0, "--left and --right are needed together");
    }
    if (options->noise && options->codec->clock_rate_hz != 8000) {
        return fault_set(fault, STATUS_INVALID, 0, "--noise: not with --codec %s",
                         options->codec->name);
    }
    if (options->left != NULL) {
        options->source = OPTIONS_FILES;
    }
    options->packets = (uint32_t)lround(options->seconds * 1000 / PLAN_PACKET_MS);
    options->packets = options->packets == 0 ? 1 : options->packets;
    return STATUS_OK;
}

enum status options_read(int argument_count, char *const arguments[], struct options *options,
                         struct fault *fault)
{
    struct options read = {
        .calls = 1,
        .seconds = 10,
        .rate = 20,
        .codec = codec_find("pcma"),
        .caller = "+4520304050",
        .called = "+4570101010",
        .caller_name = "Anna Holm",
        .called_name = "Service desk",
        .impairment = {.reorder_ms = 40},
        .seed = 1,
        .label = {"1", "2"},
        .bye_wait_ms = 100,
    };
    int code = 0;
    int index = 0;
    optind = 0; /* glibc: start over, also when called again */
    opterr = 0;
    while ((code = getopt_long(argument_count, arguments, ":", long_options, &index)) != -1) {
        if (code == '?' || code == ':') {
            return fault_set(fault, STATUS_INVALID, 0, "%s: %s", arguments[optind - 1],
                             code == ':' ? "a value is needed" : "no such option");
        }
        enum status status = read_one(code, long_options[index].name, optarg, &read, fault);
        if (status != STATUS_OK) {
            return status;
        }
    }
    enum status status = check(argument_count, arguments, &read, fault);
    if (status == STATUS_OK) {
        *options = read;
    }
    return status;
}
