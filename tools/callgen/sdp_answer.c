#include "tools/callgen/sdp_answer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"

enum { STREAMS_MAX = 8, LINE_BYTES_MAX = 512 };

struct line_state {
    struct sockaddr_storage session_address; /* AF_UNSPEC until a c= was read */
    struct sockaddr_storage address[STREAMS_MAX];
    unsigned port[STREAMS_MAX];
    bool codec[STREAMS_MAX];
    bool inactive[STREAMS_MAX];
    size_t streams;
};

/* "m=audio 20000 RTP/AVP 8 101" */
static void read_media(const char *line, unsigned payload_type, struct line_state *state)
{
    unsigned port = 0;
    int used = 0;
    size_t index = state->streams++;
    if (index >= STREAMS_MAX || sscanf(line, "m=audio %u RTP/AVP%n", &port, &used) != 1 ||
        used == 0 || port > UINT16_MAX) {
        return;
    }
    state->port[index] = port;
    char *rest = (char *)line + used;
    for (;;) {
        char *end = rest;
        unsigned long format = strtoul(rest, &end, 10);
        if (end == rest) {
            return;
        }
        state->codec[index] |= format == payload_type;
        rest = end;
    }
}

/* "c=IN IP4 192.0.2.1" */
static void read_connection(const char *line, struct line_state *state)
{
    char text[ADDRESS_TEXT_BYTES];
    struct sockaddr_storage address;
    if (sscanf(line, "c=IN IP%*1[46] %63[^ /]", text) != 1 ||
        address_parse(text, 0, &address) != STATUS_OK) {
        return;
    }
    if (state->streams == 0) {
        state->session_address = address;
    } else if (state->streams <= STREAMS_MAX) {
        state->address[state->streams - 1] = address;
    }
}

static void read_line(const char *line, unsigned payload_type, struct line_state *state)
{
    if (strncmp(line, "m=", 2) == 0) {
        read_media(line, payload_type, state);
    } else if (strncmp(line, "c=", 2) == 0) {
        read_connection(line, state);
    } else if (strcmp(line, "a=inactive") == 0 && state->streams > 0 &&
               state->streams <= STREAMS_MAX) {
        state->inactive[state->streams - 1] = true;
    }
}

static void read_lines(const char *text, size_t text_bytes, unsigned payload_type,
                       struct line_state *state)
{
    size_t place = 0;
    while (place < text_bytes) {
        char line[LINE_BYTES_MAX];
        const char *end = memchr(text + place, '\n', text_bytes - place);
        size_t length = end == NULL ? text_bytes - place : (size_t)(end - (text + place));
        size_t kept = length < sizeof(line) - 1 ? length : sizeof(line) - 1;
        memcpy(line, text + place, kept);
        line[kept] = '\0';
        line[strcspn(line, "\r")] = '\0';
        read_line(line, payload_type, state);
        place += length + 1;
    }
}

enum status sdp_answer_read(const char *text, size_t text_bytes, unsigned payload_type,
                            struct sdp_answer_stream *streams, size_t stream_count)
{
    struct line_state state = {0};
    if (text_bytes < 3 || strncmp(text, "v=0", 3) != 0) {
        return STATUS_INVALID;
    }
    read_lines(text, text_bytes, payload_type, &state);
    if (state.streams != stream_count || stream_count > STREAMS_MAX) {
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < stream_count; i++) {
        struct sockaddr_storage *address =
            state.address[i].ss_family == AF_UNSPEC ? &state.session_address : &state.address[i];
        streams[i].accepted = state.port[i] != 0 && state.codec[i] && !state.inactive[i] &&
                              address->ss_family != AF_UNSPEC && !address_is_any(address);
        if (streams[i].accepted) {
            streams[i].target = *address;
            address_set_port(&streams[i].target, (uint16_t)state.port[i]);
        }
    }
    return STATUS_OK;
}
