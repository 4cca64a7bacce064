#include "audio/g729_process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"

void g729_process_init(struct g729_process *process)
{
    *process = (struct g729_process){.pid = 0, .socket = -1};
}

/*
 * Signals are as at first: ours block those that stop us. It is in a group of its own, so that a
 * key pressed on our terminal does not end it while calls go on.
 */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t all;
    int error;

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error)
        error = posix_spawnattr_setpgroup(attributes, 0);
    if (!error)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    return error;
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int socket)
{
    int error = posix_spawn_file_actions_adddup2(actions, socket, STDIN_FILENO);

    if (!error)
        error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    return error;
}

static enum status spawn(const char *program, int socket, pid_t *pid)
{
    char name[] = "recorder-g729";
    char *arguments[] = {name, NULL};
    char *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return STATUS_IO;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return STATUS_IO;
    }
    error = set_attributes(&attributes);
    if (!error)
        error = set_descriptors(&actions, socket);
    if (!error)
        error = posix_spawn(pid, program, &actions, &attributes, arguments, environment);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error ? STATUS_IO : STATUS_OK;
}

enum status g729_process_start(struct g729_process *process, const char *program)
{
    int sockets[2];
    pid_t pid = 0;
    enum status status;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
        return STATUS_IO;
    status = descriptor_raise(&sockets[0], NULL);
    if (status == STATUS_OK)
        status = spawn(program, sockets[1], &pid);
    (void)close(sockets[1]);
    if (status != STATUS_OK) {
        (void)close(sockets[0]);
        return STATUS_IO;
    }
    *process = (struct g729_process){.pid = pid, .socket = sockets[0]};
    return STATUS_OK;
}

void g729_process_stop(struct g729_process *process)
{
    if (!process->pid)
        return;
    (void)close(process->socket);
    (void)kill(process->pid, SIGKILL); /* it holds nothing that could be lost */
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    g729_process_init(process);
}

enum status g729_process_send(struct g729_process *process, const struct g729_request *request)
{
    size_t bytes = G729_REQUEST_HEAD_BYTES + (size_t)request->payload_bytes;
    ssize_t sent;

    do
        sent = send(process->socket, request, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)bytes ? STATUS_OK : STATUS_IO;
}

/* Until there is something to read, or the time is over. */
static enum status wait_readable(int socket, int answer_ms)
{
    mono_time end = {clock_mono_now().ns + answer_ms * CLOCK_NS_PER_MS};
    int64_t left_ms = answer_ms;

    while (left_ms >= 0) {
        struct pollfd waiting = {.fd = socket, .events = POLLIN};
        int ready = poll(&waiting, 1, (int)left_ms);

        if (ready > 0)
            return STATUS_OK;
        if (ready == 0 || errno != EINTR)
            return STATUS_IO;
        left_ms = (end.ns - clock_mono_now().ns) / CLOCK_NS_PER_MS;
    }
    return STATUS_IO;
}

enum status g729_process_receive(struct g729_process *process, const struct g729_request *request,
                                 int answer_ms, struct g729_reply *reply)
{
    size_t samples = (size_t)request->frames * G729_FRAME_SAMPLES;
    size_t bytes = G729_REPLY_HEAD_BYTES + samples * sizeof reply->pcm[0];
    ssize_t received;

    if (wait_readable(process->socket, answer_ms) != STATUS_OK)
        return STATUS_IO;
    received = recv(process->socket, reply, sizeof *reply, MSG_DONTWAIT);
    if (received != (ssize_t)bytes || reply->number != request->number ||
        reply->frames != request->frames)
        return STATUS_IO;
    return STATUS_OK;
}
