/*
 * bench_call_setup [ROUNDS]: CPU time of one INVITE-ACK-BYE, our SIP server beside a bare libre
 * UAS.
 *
 * Both run as child processes and get the same SIPREC INVITEs (SDP and metadata) over UDP. The bare
 * one is libre's own sipsess, which reads neither SDP nor metadata and answers a fixed description;
 * ours reads both and answers at once. The child's own CPU clock is read before and after.
 *
 * A round is a new process for each, in turn, so that what else the machine does hits both, and a
 * few hundred calls: libre keeps each transaction for 32 s in a list of timers that it walks for
 * every new one, which after some thousand calls is most of what both cost. What counts is the
 * median of the rounds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/address.h"
#include "sip/server.h"
#include "tests/bench/bare_uas.h"

enum {
    ROUNDS_DEFAULT = 15,
    ROUNDS_MAX = 1000,
    WARM_UP_CALLS = 50, /* not measured */
    CALLS = 300,        /* of a round */
    WINDOW = 32,        /* calls in flight */
    MESSAGE_BYTES = 8192,
    ANSWER_TIMEOUT_MS = 5000,
};

static const char SDP[] =
    "v=0\r\no=src 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=sendonly\r\na=label:1\r\n"
    "m=audio 40002 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=sendonly\r\na=label:2\r\n";
static const char METADATA[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
    "<recording xmlns=\"urn:ietf:params:xml:ns:recording:1\"><datamode>complete</datamode>"
    "<group group_id=\"Zzc2EdbvRMO2uJBt6RCNbg==\"/>"
    "<session session_id=\"c+V2eZ4ITW6Iqr5jBSLsfQ==\"><group-ref>Zzc2EdbvRMO2uJBt6RCNbg=="
    "</group-ref></session>"
    "<participant participant_id=\"cjOBdm7lSjCyL8eNFZMTSg==\"><nameID aor=\"sip:+4588303080@pbx\">"
    "<name xml:lang=\"da\">Anna Holm</name></nameID></participant>"
    "<participant participant_id=\"u7S1QJxuTdqoVqBFDrpEsw==\"><nameID aor=\"sip:+4570100200@pbx\">"
    "<name xml:lang=\"da\">Bo Friis</name></nameID></participant>"
    "<stream stream_id=\"yMy9hWxFQHaM4QQ3kPFkVg==\" session_id=\"c+V2eZ4ITW6Iqr5jBSLsfQ==\">"
    "<label>1</label></stream>"
    "<stream stream_id=\"JbpUeNVgRAGVbDBlxKKrAw==\" session_id=\"c+V2eZ4ITW6Iqr5jBSLsfQ==\">"
    "<label>2</label></stream>"
    "<participantstreamassoc participant_id=\"cjOBdm7lSjCyL8eNFZMTSg==\">"
    "<send>yMy9hWxFQHaM4QQ3kPFkVg==</send></participantstreamassoc>"
    "<participantstreamassoc participant_id=\"u7S1QJxuTdqoVqBFDrpEsw==\">"
    "<send>JbpUeNVgRAGVbDBlxKKrAw==</send></participantstreamassoc></recording>";

/* --- the servers, each in a process of its own --- */

struct child {
    const char *name;
    pid_t pid;
    struct sockaddr_storage address;
};

static struct sip_admission let_in(void *context, const struct sip_peer *peer, const char *method)
{
    (void)context, (void)peer, (void)method;
    return (struct sip_admission){0};
}

static void answer_invite(void *context, struct sip_call *call, const struct sip_call_offer *offer,
                          void **call_context)
{
    struct sdp_local answer;

    (void)context, (void)call_context;
    memset(&answer, 0, sizeof answer);
    answer.media_lines = offer->sdp->media_lines;
    for (size_t i = 0; i < answer.media_lines; i++) {
        answer.media[i].accepted = true;
        answer.media[i].port = (uint16_t)(20000 + 2 * i);
    }
    if (sip_call_accept(call, &answer) != STATUS_OK)
        abort();
}

static enum status no_update(void *context, void *call_context, const struct sip_call_offer *offer,
                             struct sdp_local *local)
{
    (void)context, (void)call_context, (void)offer, (void)local;
    return STATUS_UNSUPPORTED;
}

static bool is_alive(void *context, void *call_context)
{
    (void)context, (void)call_context;
    return true;
}

static void ended(void *context, void *call_context, enum sip_call_end why)
{
    (void)context, (void)call_context, (void)why;
}

static void tell_address(int pipe_end, const struct sockaddr_storage *address)
{
    if (write(pipe_end, address, sizeof *address) != (ssize_t)sizeof *address)
        _exit(1);
}

static void run_ours(int pipe_end)
{
    struct sip_server_options options = {
        .listens = 1,
        .software = "bench",
        .calls_max = 100000,
        .handler = {.admit = let_in,
                    .invite = answer_invite,
                    .update = no_update,
                    .alive = is_alive,
                    .end = ended},
    };
    struct sip_server *server;
    struct fault fault = {0};

    if (address_parse("127.0.0.1:0", 0, &options.listen[0]) != STATUS_OK ||
        sip_server_create(&options, &server, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "bench_call_setup: %s\n", fault.text);
        _exit(1);
    }
    struct sockaddr_storage address = sip_server_address(server);
    tell_address(pipe_end, &address);
    (void)!sip_server_run(server, &fault);
    _exit(1);
}

static void run_bare(int pipe_end)
{
    struct sockaddr_storage address;

    if (bare_uas_open(&address) != 0)
        _exit(1);
    tell_address(pipe_end, &address);
    bare_uas_run();
    _exit(1);
}

static struct child start(const char *name, void (*run)(int pipe_end))
{
    struct child child = {.name = name};
    int ends[2];

    if (pipe(ends) != 0 || (child.pid = fork()) < 0) {
        perror("bench_call_setup");
        exit(1);
    }
    if (child.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_NAME, name); /* tells them apart in a profile */
        (void)close(ends[0]);
        run(ends[1]);
    }
    (void)close(ends[1]);
    if (read(ends[0], &child.address, sizeof child.address) != (ssize_t)sizeof child.address) {
        (void)fprintf(stderr, "bench_call_setup: %s did not start\n", name);
        exit(1);
    }
    (void)close(ends[0]);
    return child;
}

static double cpu_of(const struct child *child)
{
    clockid_t clock;
    struct timespec used;

    if (clock_getcpuclockid(child->pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
        (void)fprintf(stderr, "bench_call_setup: %s has ended\n", child->name);
        exit(1);
    }
    return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

/* --- the client --- */

struct client {
    int descriptor;
    char own[ADDRESS_TEXT_BYTES];
    char server[ADDRESS_TEXT_BYTES];
    unsigned run; /* tells this round's Call-IDs from others' */
};

static void client_open(struct client *client, const struct child *child, unsigned run)
{
    struct sockaddr_storage own = {0};
    socklen_t own_bytes = sizeof own;
    int buffer = 4 << 20;

    client->run = run;
    client->descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    (void)setsockopt(client->descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (client->descriptor < 0 ||
        connect(client->descriptor, (const struct sockaddr *)&child->address,
                address_length(&child->address)) != 0 ||
        getsockname(client->descriptor, (struct sockaddr *)&own, &own_bytes) != 0) {
        perror("bench_call_setup: connect");
        exit(1);
    }
    address_format(&own, true, client->own);
    address_format(&child->address, true, client->server);
}

static void client_send(const struct client *client, const char *method, unsigned call,
                        unsigned cseq, const char *to_tag, const char *extra, const char *body)
{
    char message[MESSAGE_BYTES];
    int bytes =
        snprintf(message, sizeof message,
                 "%s sip:srs@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%u-%u-%u%s\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:src@%s>;tag=c%u\r\nTo: <sip:srs@%s>%s%s\r\n"
                 "Call-ID: %u-%u@bench\r\nCSeq: %u %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                 method, client->server, client->own, client->run, call, cseq, method, client->own,
                 call, client->server, *to_tag ? ";tag=" : "", to_tag, client->run, call, cseq,
                 method, extra, strlen(body), body);

    if (bytes < 0 || (size_t)bytes >= sizeof message ||
        send(client->descriptor, message, (size_t)bytes, 0) != bytes) {
        perror("bench_call_setup: send");
        exit(1);
    }
}

static void client_invite(const struct client *client, unsigned call)
{
    char extra[512];
    char body[4096];

    (void)snprintf(extra, sizeof extra,
                   "Contact: <sip:src@%s>;+sip.src\r\nRequire: siprec\r\n"
                   "Content-Type: multipart/mixed;boundary=bench\r\n",
                   client->own);
    (void)snprintf(body, sizeof body,
                   "--bench\r\nContent-Type: application/sdp\r\n\r\n%s\r\n--bench\r\n"
                   "Content-Type: application/rs-metadata+xml\r\n"
                   "Content-Disposition: recording-session\r\n\r\n%s\r\n--bench--\r\n",
                   SDP, METADATA);
    client_send(client, "INVITE", call, 1, "", extra, body);
}

/* Take one answer; ACK and BYE what was an INVITE's. Returns whether a call has ended. */
static bool client_step(const struct client *client)
{
    char answer[MESSAGE_BYTES];
    char tag[64] = "";
    unsigned call = 0;
    struct pollfd waiting = {.fd = client->descriptor, .events = POLLIN};

    if (poll(&waiting, 1, ANSWER_TIMEOUT_MS) != 1) {
        (void)fprintf(stderr, "bench_call_setup: no answer within %d ms\n", ANSWER_TIMEOUT_MS);
        exit(1);
    }
    ssize_t bytes = recv(client->descriptor, answer, sizeof answer - 1, 0);
    answer[bytes > 0 ? bytes : 0] = '\0';
    if (strncmp(answer, "SIP/2.0 1", 9) == 0)
        return false;
    const char *id = strstr(answer, "Call-ID: ");
    const char *to = strstr(answer, "To: ");
    to = to ? strstr(to, ";tag=") : NULL;
    if (strncmp(answer, "SIP/2.0 200", 11) != 0 || !id || !to ||
        sscanf(id, "Call-ID: %*u-%u@bench", &call) != 1 || sscanf(to, ";tag=%63[^;\r]", tag) != 1) {
        (void)fprintf(stderr, "bench_call_setup: unexpected answer:\n%s\n", answer);
        exit(1);
    }
    if (strstr(answer, "CSeq: 2 BYE"))
        return true;
    client_send(client, "ACK", call, 1, tag, "", "");
    client_send(client, "BYE", call, 2, tag, "", "");
    return false;
}

static void run_calls(const struct child *child, unsigned run, unsigned calls)
{
    struct client client;
    unsigned begun = 0;
    unsigned over = 0;

    client_open(&client, child, run);
    while (over < calls) {
        while (begun < calls && begun - over < WINDOW)
            client_invite(&client, begun++);
        over += client_step(&client);
    }
    (void)close(client.descriptor);
}

/* Microseconds of CPU that a call costs a new server. */
static double measure(const char *name, void (*run)(int pipe_end))
{
    struct child child = start(name, run);

    run_calls(&child, 0, WARM_UP_CALLS);
    double before = cpu_of(&child);
    run_calls(&child, 1, CALLS);
    double used = cpu_of(&child) - before;
    (void)kill(child.pid, SIGKILL);
    (void)waitpid(child.pid, NULL, 0);
    return used * 1e6 / CALLS;
}

static int compare(const void *one, const void *other)
{
    double left = *(const double *)one;
    double right = *(const double *)other;

    return (left > right) - (left < right);
}

/* Sorts the values. */
static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

int main(int argc, char **argv)
{
    static double bare_us[ROUNDS_MAX];
    static double ours_us[ROUNDS_MAX];
    static double ratio[ROUNDS_MAX];
    unsigned long asked = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS_DEFAULT;
    size_t rounds = asked >= 1 && asked <= ROUNDS_MAX ? asked : ROUNDS_DEFAULT;

    for (size_t i = 0; i < rounds; i++) {
        bare_us[i] = measure("bare libre UAS", run_bare);
        ours_us[i] = measure("our SIP server", run_ours);
        ratio[i] = ours_us[i] / bare_us[i];
    }
    double middle = median(ratio, rounds);
    printf("call setup (INVITE, ACK, BYE over UDP; medians of %zu rounds of %d calls)\n", rounds,
           CALLS);
    printf("  bare libre UAS  %7.1f us CPU a call\n", median(bare_us, rounds));
    printf("  our SIP server  %7.1f us CPU a call   ratio %.2f (limit 2; rounds %.2f to %.2f)\n",
           median(ours_us, rounds), middle, ratio[0], ratio[rounds - 1]);
    return 0;
}
