#include "tools/recorderctl/command.h"

#include <getopt.h>
#include <string.h>

#include "tools/recorderctl/help.h"

#define DEFAULT_CONFIG "/etc/recorder/recorder.conf"

enum { OPTION_CONFIG = 256, OPTION_JSON, OPTION_HELP, OPTION_VERSION, OPTION_OWN };

static const struct option common_options[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
};
enum { COMMON_COUNT = sizeof common_options / sizeof common_options[0] };

enum parsed { PARSED, PARSED_HELP, PARSED_VERSION, PARSED_WRONG };

const char *command_option(const struct invocation *invocation, const char *name)
{
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && invocation->command->options[i].name; i++) {
        if (strcmp(invocation->command->options[i].name, name) == 0)
            return invocation->option[i];
    }
    return NULL;
}

bool command_number(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t value = 0;
    const char *sign = text;

    for (; *sign >= '0' && *sign <= '9'; sign++) {
        uint64_t digit = (uint64_t)(*sign - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (sign == text || *sign)
        return false;
    *number = value;
    return true;
}

static enum exit_code wrong_usage(const struct context *context, const char *why)
{
    char remedy[96];

    (void)snprintf(remedy, sizeof remedy, "see `recorderctl %s%s--help`", context->command,
                   context->command[0] ? " " : "");
    return context_fail(context, EXIT_USAGE, why, remedy);
}

/* getopt_long's '?' and ':' in words. */
static enum parsed report_option(const struct context *context, int code, char **arguments)
{
    char why[160];
    const char *text = optopt && optopt < OPTION_CONFIG ? "" : arguments[optind - 1];

    if (code == ':')
        (void)snprintf(why, sizeof why, "option %.100s needs a value", arguments[optind - 1]);
    else if (*text)
        (void)snprintf(why, sizeof why,
                       "no such option, or one with a value it does not take: "
                       "%.80s",
                       text);
    else
        (void)snprintf(why, sizeof why, "no such option: -%c", optopt);
    (void)wrong_usage(context, why);
    return PARSED_WRONG;
}

static enum parsed take_common(struct context *context, int code)
{
    switch (code) {
    case OPTION_CONFIG:
        context->config_path = optarg;
        return PARSED;
    case OPTION_JSON:
        context->json = true;
        return PARSED;
    case OPTION_HELP:
    case 'h':
        return PARSED_HELP;
    default:
        return PARSED_VERSION;
    }
}

/* The options in front of the command. */
static enum parsed parse_front(struct context *context, int count, char **arguments)
{
    struct option options[COMMON_COUNT + 1] = {{0}};
    int code;

    memcpy(options, common_options, sizeof common_options);
    optind = 0;
    opterr = 0;
    while ((code = getopt_long(count, arguments, "+:h", options, NULL)) != -1) {
        enum parsed parsed = code == '?' || code == ':' ? report_option(context, code, arguments)
                                                        : take_common(context, code);
        if (parsed != PARSED)
            return parsed;
    }
    return PARSED;
}

static void gather_options(const struct command *command, struct option *options, char *letters)
{
    size_t count = COMMON_COUNT;
    size_t used = 0;

    memcpy(options, common_options, sizeof common_options);
    letters[used++] = ':'; /* missing values are told apart */
    letters[used++] = 'h';
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        const struct command_option *own = &command->options[i];
        options[count++] = (struct option){own->name, own->value ? required_argument : no_argument,
                                           NULL, OPTION_OWN + (int)i};
        if (own->letter)
            letters[used++] = own->letter;
        if (own->letter && own->value)
            letters[used++] = ':';
    }
    letters[used] = '\0';
    options[count] = (struct option){0};
}

static size_t own_index(const struct command *command, int code)
{
    if (code >= OPTION_OWN)
        return (size_t)(code - OPTION_OWN);
    for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
        if (command->options[i].letter == code)
            return i;
    }
    return COMMAND_OPTIONS_MAX;
}

/* Options and arguments after the command's words; arguments[0] is not looked at. */
static enum parsed parse_rest(struct context *context, struct invocation *invocation, int count,
                              char **arguments)
{
    struct option options[COMMON_COUNT + COMMAND_OPTIONS_MAX + 1];
    char letters[2 * COMMAND_OPTIONS_MAX + 4];
    const struct command *command = invocation->command;
    int code;

    gather_options(command, options, letters);
    optind = 0;
    while ((code = getopt_long(count, arguments, letters, options, NULL)) != -1) {
        if (code == '?' || code == ':')
            return report_option(context, code, arguments);
        size_t own = own_index(command, code);
        if (own < COMMAND_OPTIONS_MAX) {
            invocation->option[own] = optarg ? optarg : "";
            continue;
        }
        enum parsed parsed = take_common(context, code);
        if (parsed != PARSED)
            return parsed;
    }
    invocation->arguments = (size_t)(count - optind);
    if (invocation->arguments < command->arguments_min ||
        invocation->arguments > command->arguments_max) {
        (void)wrong_usage(context, invocation->arguments < command->arguments_min
                                       ? "too few arguments"
                                       : "too many arguments");
        return PARSED_WRONG;
    }
    for (size_t i = 0; i < invocation->arguments; i++)
        invocation->argument[i] = arguments[optind + (int)i];
    return PARSED;
}

static const struct command *find_command(const char *group, const char *verb)
{
    for (size_t i = 0; i < help_table_count; i++) {
        for (const struct command *row = help_tables[i]; row->group; row++) {
            if (strcmp(row->group, group) == 0 &&
                (!row->verb || (verb && strcmp(row->verb, verb) == 0)))
                return row;
        }
    }
    return NULL;
}

static int unknown_command(const struct context *context, const char *group, const char *verb)
{
    char why[160];
    char remedy[96];
    bool help = verb && strcmp(verb, "--help") == 0;
    bool known = help_group(context->out, group, help);

    if (known && help)
        return EXIT_DONE;
    if (known && !verb)
        (void)snprintf(why, sizeof why, "%.60s wants one more word", group);
    else
        (void)snprintf(why, sizeof why, "no such command: %.60s%s%.60s", group, verb ? " " : "",
                       verb ? verb : "");
    (void)snprintf(remedy, sizeof remedy, "see `recorderctl %s%s--help`", known ? group : "",
                   known ? " " : "");
    return (int)context_fail(context, EXIT_USAGE, why, remedy);
}

static int run_command(struct context *context, const struct command *command, int count,
                       char **arguments)
{
    struct invocation invocation = {.command = command};
    char name[48];

    (void)snprintf(name, sizeof name, "%s%s%s", command->group, command->verb ? " " : "",
                   command->verb ? command->verb : "");
    context->command = name;
    enum exit_code code = EXIT_USAGE;
    switch (parse_rest(context, &invocation, count, arguments)) {
    case PARSED:
        code = command->run(context, &invocation);
        break;
    case PARSED_HELP:
        help_command(context->out, command);
        code = EXIT_DONE;
        break;
    case PARSED_VERSION:
        help_version(context->out);
        code = EXIT_DONE;
        break;
    case PARSED_WRONG:
        break;
    }
    context->command = "";
    return (int)code;
}

int command_main(int argument_count, char **arguments, FILE *out, FILE *err)
{
    struct context context = {.config_path = DEFAULT_CONFIG, .out = out, .err = err, .command = ""};

    switch (parse_front(&context, argument_count, arguments)) {
    case PARSED:
        break;
    case PARSED_HELP:
        help_overview(out);
        return EXIT_DONE;
    case PARSED_VERSION:
        help_version(out);
        return EXIT_DONE;
    case PARSED_WRONG:
        return EXIT_USAGE;
    }
    int words = argument_count - optind;
    char **rest = arguments + optind;
    if (words < 1)
        return (int)wrong_usage(&context, "no command is given");
    const struct command *command = find_command(rest[0], words > 1 ? rest[1] : NULL);
    if (!command)
        return unknown_command(&context, rest[0], words > 1 ? rest[1] : NULL);
    int used = command->verb ? 1 : 0; /* getopt_long skips one word as the program's name */
    int code = run_command(&context, command, words - used, rest + used);
    context_deinit(&context);
    return code;
}
