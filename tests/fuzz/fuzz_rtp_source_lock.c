/*
 * Any order of senders, SSRCs, numbers and times: every packet is heard once, in its order, or is
 * refused.
 *
 * Four bytes are one packet: sender (bits 0-2; 7 names sender of bits 3-5 instead), SSRC (3-6),
 * authentic (7); number; time since the last in units of 10 ms, signed where the fourth byte is
 * 255.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rtp/source_lock.h"

enum { SENDERS = 8, SSRCS = 16, NAMING = 7, STEP_NS = 10000000 };

struct watch {
    uint32_t offered;
    uint64_t heard;
    uint32_t last[SENDERS][SSRCS]; /* of each, the last packet heard, counted from 1 */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes);

static struct sockaddr_storage address_of(uint8_t sender)
{
    struct sockaddr_storage address;
    struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(sender)};

    memset(&address, 0, sizeof address);
    ipv4.sin_addr.s_addr = htonl(0xc0000201 + sender / 4U); /* two hosts */
    memcpy(&address, &ipv4, sizeof ipv4);
    return address;
}

static void on_admit(void *context, const struct source_lock_packet *packet)
{
    struct watch *watch = context;
    struct sockaddr_in from;
    uint32_t count;

    memcpy(&from, packet->from, sizeof from);
    memcpy(&count, packet->data, sizeof count);
    uint32_t *last = &watch->last[ntohs(from.sin_port)][packet->ssrc];
    if (packet->data_bytes != sizeof count || count <= *last || count > watch->offered)
        abort();
    *last = count;
    watch->heard++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_bytes)
{
    struct source_lock *lock = NULL;
    struct watch watch = {0};
    uint64_t refused = 0;
    int64_t now_ns = 0;

    if (source_lock_create(&lock) != STATUS_OK)
        abort();
    for (; data_bytes >= 4; data += 4, data_bytes -= 4) {
        struct sockaddr_storage address = address_of(data[0] & 7);

        now_ns +=
            data[3] == 255 ? (int8_t)data[2] * INT64_C(10) * STEP_NS : data[2] * (int64_t)STEP_NS;
        if ((data[0] & 7) == NAMING) {
            address = address_of(data[0] >> 3 & 7);
            source_lock_name(lock, &address);
            continue;
        }
        watch.offered++;
        const struct source_lock_packet packet = {
            .from = &address,
            .ssrc = data[0] >> 3 & 15,
            .sequence = (uint16_t)(65500 + data[1]),
            .authentic = data[0] >> 7,
            .data = (const uint8_t *)&watch.offered,
            .data_bytes = sizeof watch.offered,
            .arrival_ns = now_ns,
        };
        source_lock_offer(lock, &packet, on_admit, &watch, &refused);
    }
    refused += source_lock_finish(lock);
    if (watch.heard + refused != watch.offered)
        abort();
    source_lock_destroy(lock);
    return 0;
}
