#include "tools/recorderctl/secret_input.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void hide(const struct secret_input *input)
{
    struct termios quiet = input->before;

    quiet.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
}

static void show(const struct secret_input *input)
{
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &input->before);
}

static enum status take_terminal(struct secret_input *input, struct fault *fault)
{
    static const int held_back[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

    (void)sigemptyset(&input->signals);
    for (size_t i = 0; i < sizeof held_back / sizeof held_back[0]; i++)
        (void)sigaddset(&input->signals, held_back[i]);
    input->pending = signalfd(-1, &input->signals, SFD_CLOEXEC);
    if (input->pending < 0)
        return fault_set(fault, STATUS_IO, errno, "wait for signals");
    (void)pthread_sigmask(SIG_BLOCK, &input->signals, &input->mask);
    hide(input);
    return STATUS_OK;
}

enum status secret_input_init(struct secret_input *input, FILE *prompts, struct fault *fault)
{
    *input = (struct secret_input){.prompts = prompts, .pending = -1};
    input->line = sodium_malloc(SECRET_LINE_BYTES);
    if (!input->line)
        return fault_set(fault, STATUS_NOMEM, 0, "read a secret");
    input->terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &input->before) == 0;
    enum status status = input->terminal ? take_terminal(input, fault) : STATUS_OK;
    if (status != STATUS_OK) {
        input->terminal = false;
        secret_input_deinit(input);
    }
    return status;
}

void secret_input_deinit(struct secret_input *input)
{
    if (input->terminal) {
        show(input);
        (void)pthread_sigmask(SIG_SETMASK, &input->mask, NULL);
        (void)close(input->pending);
    }
    sodium_free(input->line); /* NULL is accepted */
    *input = (struct secret_input){.pending = -1};
}

/* The signal that waits does what it does: ends the program, or stops it until it is gone on with.
 */
static void give_way(const struct secret_input *input)
{
    show(input);
    (void)fputs("\n", input->prompts);
    (void)pthread_sigmask(SIG_SETMASK, &input->mask, NULL);
    (void)pthread_sigmask(SIG_BLOCK, &input->signals, NULL);
    hide(input);
}

/* Until there is something to read; false where a signal came first. */
static bool wait_for_input(const struct secret_input *input)
{
    struct pollfd files[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = input->pending, .events = POLLIN}};

    if (!input->terminal)
        return true;
    while (poll(files, sizeof files / sizeof files[0], -1) < 0 && errno == EINTR)
        ;
    return files[1].revents == 0;
}

/* Not through stdio: its buffer would keep it. */
bool secret_input_line(struct secret_input *input, const char *prompt)
{
    size_t used = 0;
    bool too_long = false;
    bool asked = false;
    char letter = 0;
    ssize_t got = 1;

    while (got == 1 && letter != '\n') {
        if (input->terminal && !asked)
            (void)fputs(prompt, input->prompts);
        asked = true;
        if (!wait_for_input(input)) {
            give_way(input);
            asked = false;
            used = 0;
            continue;
        }
        got = read(STDIN_FILENO, &letter, 1);
        if (got != 1 || letter == '\n')
            break;
        too_long = too_long || used + 1 == SECRET_LINE_BYTES;
        if (!too_long)
            input->line[used++] = letter;
    }
    letter = 0;
    if (input->terminal)
        (void)fputs("\n", input->prompts);
    input->line[used] = '\0';
    if (too_long)
        input->line[0] = '!';
    return got == 1 || used;
}
