#include "body/siprec_tree.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "body/multipart_text.h"
#include "body/siprec_names.h"

struct siprec_tree *siprec_tree_create(struct siprec_arena *arena)
{
    struct siprec_tree *tree = malloc(sizeof *tree);

    if (!tree)
        return NULL;
    /* the elements are filled as they are opened, and most never are */
    memset(tree, 0, offsetof(struct siprec_tree, open));
    tree->arena = arena;
    return tree;
}

/* At most `room` bytes, never half a UTF-8 character. */
static struct text_span cut_text(struct siprec_tree *tree, struct text_span span, size_t room)
{
    if (span.bytes > room) {
        span.bytes = room;
        while (span.bytes && ((unsigned char)span.text[span.bytes] & 0xC0) == 0x80)
            span.bytes--;
        tree->document.text_cut = true;
    }
    return span;
}

static char *keep(struct siprec_tree *tree, struct text_span span)
{
    char *copy = siprec_arena_copy(tree->arena, cut_text(tree, span, BOUND_METADATA_TEXT));

    if (!copy)
        tree->no_memory = true;
    return copy;
}

/* Behind the last separator, namespace's or prefix's; *before is what stands in front of it. */
static struct text_span local_name(struct text_span name, char separator, struct text_span *before)
{
    size_t start = name.bytes;

    while (start && name.text[start - 1] != separator)
        start--;
    *before = (struct text_span){.text = name.text, .bytes = start};
    return text_span_skip(name, start);
}

static struct siprec_xml_node *add_node(struct siprec_tree *tree, struct text_span name)
{
    struct siprec_xml_node *node = siprec_arena_alloc(tree->arena, sizeof *node);

    if (!node) {
        tree->no_memory = true;
        return NULL;
    }
    node->text = ""; /* until it closes */
    node->name = keep(tree, name);
    if (!node->name)
        return NULL;
    if (tree->depth) {
        struct siprec_tree_element *parent = &tree->open[tree->depth - 1];

        node->parent = parent->node;
        *parent->link = node;
        parent->link = &node->next;
    } else {
        tree->document.root = node;
    }
    tree->document.nodes++;
    return node;
}

/* Whether there is room for an element of that name; vendors' own leave some to the metadata. */
static bool has_room(const struct siprec_tree *tree, struct text_span local)
{
    size_t nodes = tree->document.nodes;

    return !tree->left_out && tree->depth < BOUND_METADATA_DEPTH && nodes < BOUND_METADATA_NODES &&
           (nodes < SIPREC_TREE_NODES_OF_ALL || siprec_names_own(local));
}

void siprec_tree_open(struct siprec_tree *tree, struct text_span name)
{
    struct text_span space;
    struct text_span prefix;

    if (tree->no_memory)
        return;
    assert(tree->depth || !tree->document.root);
    name = local_name(name, SIPREC_TREE_SEPARATOR, &space);
    name = local_name(name, ':', &prefix);
    if (!has_room(tree, name)) {
        tree->left_out++;
        tree->document.cut = true;
        return;
    }
    struct siprec_xml_node *node = add_node(tree, name);
    if (!node)
        return;
    if (!tree->depth) {
        if (space.bytes)
            space.bytes--; /* the separator */
        tree->document.root_namespace = keep(tree, space);
    }
    struct siprec_tree_element *element = &tree->open[tree->depth++];
    element->node = node;
    element->link = &node->child;
    element->attributes = &node->attributes;
    element->used = 0;
    element->cut = false;
    char *copy = keep(tree, prefix);
    element->prefix = (struct text_span){.text = copy, .bytes = copy ? strlen(copy) : 0};
}

/* Whether it declares the namespace of the open element: "xmlns", or "xmlns:p" where that is "p:x".
 */
static bool declares(const struct siprec_tree_element *element, struct text_span name)
{
    name = text_span_skip(name, strlen("xmlns"));
    if (!element->prefix.bytes)
        return !name.bytes;
    return name.bytes == element->prefix.bytes && name.text[0] == ':' &&
           memcmp(name.text + 1, element->prefix.text, name.bytes - 1) == 0;
}

/*
 * An attribute without a prefix is in front of those with one, which may be a vendor's own. The
 * list is never walked: a message may bring thousands.
 */
void siprec_tree_attribute(struct siprec_tree *tree, struct text_span name, struct text_span value)
{
    struct siprec_tree_element *element = &tree->open[tree->depth - 1];
    struct text_span prefix;
    struct text_span space;

    if (tree->no_memory || tree->left_out)
        return;
    if (name.bytes >= strlen("xmlns") && memcmp(name.text, "xmlns", strlen("xmlns")) == 0) {
        if (tree->depth == 1 && declares(element, name))
            tree->document.root_namespace = keep(tree, text_span_trim(value));
        return;
    }
    struct siprec_xml_attribute *attribute = siprec_arena_alloc(tree->arena, sizeof *attribute);
    if (!attribute) {
        tree->no_memory = true;
        return;
    }
    struct text_span local = local_name(name, SIPREC_TREE_SEPARATOR, &space);
    local = local_name(local, ':', &prefix);
    attribute->name = keep(tree, local);
    attribute->value = attribute->name ? keep(tree, text_span_trim(value)) : NULL;
    if (!attribute->value)
        return;
    struct siprec_xml_attribute **link =
        local.bytes == name.bytes ? &element->node->attributes : element->attributes;
    attribute->next = *link;
    *link = attribute;
    if (link == element->attributes)
        element->attributes = &attribute->next;
}

/* Blanks before the text are not kept, so that indentation does not use up its room. */
void siprec_tree_text(struct siprec_tree *tree, struct text_span text)
{
    if (tree->no_memory || tree->left_out || !tree->depth)
        return;
    struct siprec_tree_element *element = &tree->open[tree->depth - 1];
    while (!element->used && text.bytes && text_span_is_blank(text.text[0]))
        text = text_span_skip(text, 1);
    if (!text.bytes || element->cut)
        return;
    struct text_span kept = cut_text(tree, text, sizeof element->text - element->used);
    element->cut = kept.bytes < text.bytes;
    memcpy(element->text + element->used, kept.text, kept.bytes);
    element->used += kept.bytes;
}

void siprec_tree_close(struct siprec_tree *tree)
{
    if (tree->no_memory)
        return;
    if (tree->left_out) {
        tree->left_out--;
        return;
    }
    assert(tree->depth);
    struct siprec_tree_element *element = &tree->open[--tree->depth];
    struct text_span text = {.text = element->text, .bytes = element->used};
    char *copy = keep(tree, text_span_trim(text));

    if (copy)
        element->node->text = copy;
}
