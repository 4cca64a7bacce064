#include "base/program.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

static void print_usage(FILE *to, const char *name, const char *purpose, const char *ready)
{
    (void)fprintf(
        to,
        "usage: %s --config FILE [--ready-file FILE]\n"
        "\n"
        "%s\n"
        "  --config FILE      configuration (see README.md)\n"
        "  --ready-file FILE  written %s\n"
        "  --version, --help\n"
        "Exit status: 0 stopped by SIGTERM or SIGINT, 2 wrong usage, 5 could not start.\n",
        name, purpose, ready);
}

int program_arguments_read(int argc, char **argv, const char *name, const char *purpose,
                           const char *ready, struct program_arguments *arguments)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"ready-file", required_argument, NULL, 'r'},
        {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct program_arguments read = {NULL, NULL};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            read.config = optarg;
            break;
        case 'r':
            read.ready_file = optarg;
            break;
        case 'v':
            (void)printf("%s %s\n", name, RECORDER_VERSION);
            return PROGRAM_EXIT_DONE;
        case 'h':
            print_usage(stdout, name, purpose, ready);
            return PROGRAM_EXIT_DONE;
        default:
            print_usage(stderr, name, purpose, ready);
            return PROGRAM_EXIT_USAGE;
        }
    }
    if (optind != argc || !read.config) {
        print_usage(stderr, name, purpose, ready);
        return PROGRAM_EXIT_USAGE;
    }
    *arguments = read;
    return PROGRAM_GO_ON;
}

enum status program_prepare(sigset_t *stops, struct fault *fault)
{
    (void)umask(0007);
    (void)sigemptyset(stops);
    (void)sigaddset(stops, SIGTERM);
    (void)sigaddset(stops, SIGINT);
    if (sigprocmask(SIG_BLOCK, stops, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return fault_set(fault, STATUS_IO, errno, "block signals");
    return STATUS_OK;
}
