#include "sip/siprec_hints.h"

#include <string.h>
#include <strings.h>

#include "sip/siprec_number.h"

/* Oracle: the flag stands in the participant itself. */
static void apply_flags(const struct siprec_xml *document, struct siprec_metadata *metadata)
{
    size_t participant = 0;

    for (const struct siprec_xml_node *node = document->root->child; node; node = node->next) {
        if (!siprec_xml_is(node, "participant"))
            continue;
        const struct siprec_xml_node *flag = siprec_xml_find(node, "callingParty");
        struct siprec_participant *one = &metadata->participant[participant++];

        if (flag && strcasecmp(flag->text, "true") == 0)
            one->said_calling = true;
        else if (flag && strcasecmp(flag->text, "false") == 0)
            one->said_called = true;
    }
}

/* The participant whose number, else whose name, is that number; a full match before a suffix. */
static struct siprec_participant *find_by_number(const struct siprec_metadata *metadata,
                                                 const char *number)
{
    for (enum siprec_number_match match = SIPREC_NUMBER_SAME; match > SIPREC_NUMBER_DIFFERENT;
         match--) {
        for (size_t i = 0; i < metadata->participants; i++) {
            if (siprec_number_compare(metadata->participant[i].number, number) == match)
                return &metadata->participant[i];
        }
        for (size_t i = 0; i < metadata->participants; i++) {
            if (siprec_number_compare(metadata->participant[i].name, number) == match)
                return &metadata->participant[i];
        }
    }
    return NULL;
}

/* The text of the first such element in extension data, session or group; NULL where none. */
static const char *find_text(const struct siprec_xml *document, const char *name)
{
    static const char *const places[] = {"extensiondata", "session", "group"};

    for (const struct siprec_xml_node *node = document->root->child; node; node = node->next) {
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            const struct siprec_xml_node *found =
                siprec_xml_is(node, places[i]) ? siprec_xml_find(node, name) : NULL;

            if (found && found->text[0])
                return found->text;
        }
    }
    return NULL;
}

static enum status apply_number(struct siprec_xml *document, struct siprec_metadata *metadata,
                                const char *element, bool calling)
{
    const char *aor = find_text(document, element);

    if (!aor)
        return STATUS_OK;
    char *number = siprec_xml_alloc(document, strlen(aor) + 1);
    if (!number)
        return STATUS_NOMEM;
    siprec_number_of_aor(aor, number);
    struct siprec_participant *participant = find_by_number(metadata, number);
    if (participant && calling)
        participant->said_calling = true;
    else if (participant)
        participant->said_called = true;
    return STATUS_OK;
}

enum status siprec_hints_apply(struct siprec_xml *document, struct siprec_metadata *metadata)
{
    static const struct {
        const char *element;
        bool calling;
    } numbers[] = {{"callingPartyNumber", true},
                   {"calledPartyNumber", false},
                   {"callingnumber", true},
                   {"callednumber", false}};
    enum status status = STATUS_OK;

    apply_flags(document, metadata);
    for (size_t i = 0; status == STATUS_OK && i < sizeof numbers / sizeof *numbers; i++)
        status = apply_number(document, metadata, numbers[i].element, numbers[i].calling);
    return status;
}
