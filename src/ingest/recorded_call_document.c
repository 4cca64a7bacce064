/* recorded_call: documents that came before its recording runs. */
#include "ingest/recorded_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct recorded_call_document {
    struct recorded_call_document *next;
    enum sip_call_message message;
    char type[RECORDED_CALL_TYPE_BYTES];
    size_t bytes;
    char data[];
};

void recorded_call_type(const struct sip_call_offer *offer,
                        char type[static RECORDED_CALL_TYPE_BYTES])
{
    size_t bytes = offer->metadata_type.bytes;

    if (bytes > RECORDED_CALL_TYPE_BYTES - 1)
        bytes = RECORDED_CALL_TYPE_BYTES - 1;
    if (bytes > 0)
        memcpy(type, offer->metadata_type.text, bytes);
    type[bytes] = '\0';
}

void recorded_call_keep_document(struct recorded_call *call, const struct sip_call_offer *offer)
{
    size_t bytes = offer->metadata_xml.bytes;
    struct recorded_call_document **last = &call->documents;
    size_t count = 0;

    if (bytes == 0)
        return;
    for (; *last; last = &(*last)->next)
        count++;
    struct recorded_call_document *document =
        count < RECORDED_CALL_DOCUMENTS_MAX ? malloc(sizeof *document + bytes) : NULL;
    if (!document) {
        log_event(LOG_ERROR, "call.metadata_dropped", "cause=%s",
                  count < RECORDED_CALL_DOCUMENTS_MAX ? "memory" : "limit");
        return;
    }
    document->next = NULL;
    document->message = offer->message;
    recorded_call_type(offer, document->type);
    document->bytes = bytes;
    memcpy(document->data, offer->metadata_xml.text, bytes);
    *last = document;
}

void recorded_call_tell_documents(struct recorded_call *call)
{
    for (const struct recorded_call_document *i = call->documents; i; i = i->next) {
        const struct recording_document document = {
            .message = sip_call_message_name(i->message),
            .type = i->type,
            .data = (const uint8_t *)i->data,
            .data_bytes = i->bytes,
        };
        const struct call_recording_change change = {.document = &document};

        if (call_recording_tell(call->recording, &change) != STATUS_OK)
            log_event(LOG_ERROR, "call.metadata_dropped", "cause=memory");
    }
    recorded_call_drop_documents(call);
}

void recorded_call_drop_documents(struct recorded_call *call)
{
    while (call->documents) {
        struct recorded_call_document *next = call->documents->next;
        free(call->documents);
        call->documents = next;
    }
}
