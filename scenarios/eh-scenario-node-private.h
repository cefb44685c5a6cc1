/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "model/eh-error.h"

G_BEGIN_DECLS

/*
 * Reading a tree of JSON that a person wrote: every getter names the place of what it does not like, as in
 * "then.events[1].in: expected a string, found a number". All return FALSE or NULL with the error set.
 */

/* The place of a member or an element; a @path of "" is the root. */
char *eh_place_member (const char *path, const char *member);
char *eh_place_index (const char *path, guint i);

/* Sets "path: message" and returns FALSE. */
gboolean eh_place_fail (GError **error, EhError code, const char *path, const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Sets "path: message; did you mean "word"?", the question only if one of the words is near @word. */
gboolean eh_place_fail_suggest (GError **error, EhError code, const char *path, const char *message, const char *word,
                                const char *const *words);

/* What a value is, with its article: "a number". */
const char *eh_node_describe (JsonNode *node);

JsonObject *eh_node_as_object (JsonNode *node, const char *path, GError **error);
JsonArray *eh_node_as_list (JsonNode *node, const char *path, GError **error);
const char *eh_node_as_string (JsonNode *node, const char *path, GError **error);
gboolean eh_node_as_integer (JsonNode *node, gint64 min, const char *path, gint64 *value, GError **error);
gboolean eh_node_as_boolean (JsonNode *node, const char *path, gboolean *value, GError **error);
/* The only value allowed is true. */
gboolean eh_node_as_true (JsonNode *node, const char *path, GError **error);

/*
 * A walk over an object's members in their order, each with its place:
 *
 *     g_auto (EhMembers) members = { NULL };
 *
 *     if (!eh_members_begin (&members, node, "name a stream", place, error))
 *       return FALSE;
 *     while (eh_members_next (&members))
 *       ...
 */
typedef struct {
  const char *name;
  JsonNode *node;
  char *place; /* (owned) */

  const char *path; /* the object's */
  JsonObjectIter iter;
} EhMembers;

/* @advice: (nullable): what to write into an object that must not be empty; without it, it may be */
gboolean eh_members_begin (EhMembers *self, JsonNode *node, const char *advice, const char *path, GError **error);
gboolean eh_members_next (EhMembers *self);
void eh_members_clear (EhMembers *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhMembers, eh_members_clear)

/* Refuses members that are not in @allowed, a NULL-terminated list. */
gboolean eh_node_check_members (JsonObject *object, const char *const *allowed, const char *path, GError **error);

/* Whether it is an integer or a double. */
gboolean eh_node_is_number (JsonNode *node);
gboolean eh_node_is_integer (JsonNode *node);
gboolean eh_node_is_string (JsonNode *node);

/* Appends the value as JSON on one line, for a person to read: shortest numbers, a space after commas and colons. */
void eh_node_print (JsonNode *node, GString *out);
char *eh_node_to_text (JsonNode *node);

/*
 * The same for a file, on as many lines as it needs. What json-glib itself writes is not always JSON: it leaves a
 * control character in strings as it is and adds ".0" behind exponents.
 */
char *eh_node_to_file (JsonNode *node);

G_END_DECLS
