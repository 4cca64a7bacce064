#include "tests/bench/own_folder.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Those that are waited for, blocked: who is told to end ends the one who works first. */
static sigset_t block_signals(void)
{
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    return signals;
}

static int wait_for(pid_t child, const sigset_t *signals)
{
    int status = 0;
    int signal = 0;

    while (waitpid(child, &status, WNOHANG) == 0)
        if (sigwait(signals, &signal) == 0 && signal != SIGCHLD)
            (void)kill(child, SIGKILL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static int remove_one(const char *path, const struct stat *about, int flag, struct FTW *where)
{
    (void)about, (void)flag, (void)where;
    return remove(path);
}

int own_folder_run(const char *base, const char *name,
                   void (*work)(const char *directory, const void *arg), const void *arg)
{
    char directory[OWN_FOLDER_PATH_BYTES];
    sigset_t signals = block_signals();
    int length = snprintf(directory, sizeof directory, "%s/%s-XXXXXX", base, name);

    if (length < 0 || (size_t)length >= sizeof directory || !mkdtemp(directory)) {
        perror(directory);
        return EXIT_FAILURE;
    }
    pid_t child = fork();
    if (child == 0) {
        (void)sigprocmask(SIG_UNBLOCK, &signals, NULL);
        work(directory, arg);
        exit(EXIT_SUCCESS);
    }
    int status = child > 0 ? wait_for(child, &signals) : EXIT_FAILURE;
    (void)nftw(directory, remove_one, 32, FTW_DEPTH | FTW_PHYS);
    return status;
}
