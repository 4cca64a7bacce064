#include "body/siprec_participant.h"

#include <string.h>
#include <strings.h>

#include "body/deviation.h"
#include "body/multipart_text.h"
#include "body/siprec_number.h"

char *siprec_fold_blanks(struct siprec_arena *arena, const char *text, char space)
{
    char *folded = siprec_arena_alloc(arena, strlen(text) + 1);
    size_t used = 0;

    for (size_t i = 0; folded && text[i]; i++) {
        if (!text_span_is_blank(text[i]))
            folded[used++] = text[i];
        else if (space && !text_span_is_blank(text[i + 1]))
            folded[used++] = space;
    }
    return folded;
}

/* How well a number tells whose phone it is: a phone number, one inside, a word, none. */
static int rank_of(const char *number)
{
    if (siprec_number_is_phone(number))
        return 3;
    if (!number[0])
        return 0;
    return number[strspn(number, "0123456789")] ? 1 : 2;
}

/* The best stands, the first of equals. */
static enum status take_address(struct siprec_arena *arena, char *aor,
                                struct siprec_participant *participant)
{
    if (!aor[0])
        return STATUS_OK;
    char *number = siprec_arena_alloc(arena, strlen(aor) + 1);
    if (!number)
        return STATUS_NOMEM;
    siprec_number_of_aor(aor, number);
    if (!participant->aor[0] || rank_of(number) > rank_of(participant->number)) {
        participant->aor = aor;
        participant->number = number;
    }
    return STATUS_OK;
}

/* "x" without its quotes */
static struct text_span unquote(struct text_span name)
{
    name = text_span_trim(name);
    if (name.bytes >= 2 && name.text[0] == '"' && name.text[name.bytes - 1] == '"') {
        name = text_span_skip(name, 1);
        name.bytes--;
        name = text_span_trim(name);
    }
    return name;
}

/*
 * Take a name, which may be a name-addr (RFC 3261 section 25.1) in the wrong place. A text that
 * only starts like one is a name.
 */
static enum status take_name(struct siprec_arena *arena, char *text,
                             struct siprec_participant *participant)
{
    struct text_span address = {.text = text, .bytes = strlen(text)};
    struct text_span name = text_span_cut(&address, '<');
    struct text_span uri = text_span_cut(&address, '>');

    if (!uri.bytes || uri.text[uri.bytes] != '>' || address.bytes ||
        !memchr(uri.text, ':', uri.bytes)) {
        if (!participant->name[0])
            participant->name = text;
        return STATUS_OK;
    }
    char *aor = siprec_arena_copy(arena, text_span_trim(uri));
    char *shown = siprec_arena_copy(arena, unquote(name));
    if (!aor || !shown)
        return STATUS_NOMEM;
    if (!participant->name[0])
        participant->name = shown;
    return take_address(arena, aor, participant);
}

static bool is_address(const char *text)
{
    return strncasecmp(text, "sip:", 4) == 0 || strncasecmp(text, "sips:", 5) == 0 ||
           strncasecmp(text, "tel:", 4) == 0;
}

/* As attribute, as element, or as the text of the element itself; "" where it is nowhere. */
static char *find_aor(const struct siprec_xml_node *node, uint64_t *deviations)
{
    char *aor = siprec_xml_attribute(node, "aor");

    if (aor && aor[0])
        return aor;
    aor = siprec_xml_child_text(node, "aor");
    if (!aor[0] && is_address(node->text))
        aor = node->text;
    if (aor[0])
        deviation_add(deviations, DEVIATION_METADATA_FORM);
    return aor;
}

/* As element, as attribute, or as the text of a nameID itself; "" where it is nowhere. */
static char *find_name(const struct siprec_xml_node *node, uint64_t *deviations)
{
    char *name = siprec_xml_child_text(node, "name");

    if (name[0])
        return name;
    name = siprec_xml_attribute(node, "name");
    if (!name || !name[0])
        name = siprec_xml_is(node, "nameID") && !is_address(node->text) ? node->text : "";
    if (name[0])
        deviation_add(deviations, DEVIATION_METADATA_FORM);
    return name;
}

/* What a nameID says, or a participant that has address and name itself. */
static enum status read_name_id(const struct siprec_xml_node *node, struct siprec_arena *arena,
                                struct siprec_participant *participant, uint64_t *deviations)
{
    char *aor = find_aor(node, deviations);
    char *name = siprec_fold_blanks(arena, find_name(node, deviations), ' ');

    if (!name)
        return STATUS_NOMEM;
    enum status status = take_address(arena, aor, participant);
    if (status == STATUS_OK)
        status = take_name(arena, name, participant);
    return status;
}

/* Where the address names nobody but the name is a number: a trunk's aor, the caller's name. */
static enum status number_from_name(struct siprec_arena *arena,
                                    struct siprec_participant *participant)
{
    if (participant->number[0] || !siprec_number_is_phone(participant->name))
        return STATUS_OK;
    char *number = siprec_arena_alloc(arena, strlen(participant->name) + 1);
    if (!number)
        return STATUS_NOMEM;
    siprec_number_of_phone(participant->name, number);
    participant->number = number;
    return STATUS_OK;
}

enum status siprec_participant_read(const struct siprec_xml_node *node, struct siprec_arena *arena,
                                    struct siprec_participant *participant, uint64_t *deviations)
{
    enum status status = STATUS_OK;

    participant->aor = "";
    participant->number = "";
    participant->name = "";
    for (const struct siprec_xml_node *child = node->child; status == STATUS_OK && child;
         child = child->next) {
        if (siprec_xml_is(child, "nameID"))
            status = read_name_id(child, arena, participant, deviations);
    }
    if (status == STATUS_OK)
        status = read_name_id(node, arena, participant, deviations);
    if (status == STATUS_OK)
        status = number_from_name(arena, participant);
    return status;
}
