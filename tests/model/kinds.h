/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-schema.h"

/* Structs that between them have every kind of member in every form, and one that refers to itself. */

typedef enum {
  COLOUR_NONE,
  COLOUR_RED,
  COLOUR_BLUE = 7,
} Colour;

static const EhEnumValue colours[] = {
  { COLOUR_NONE, "none" },
  { COLOUR_RED, "red" },
  { COLOUR_BLUE, "blue" },
  { 0, NULL },
};

typedef struct {
  char *product;
  gint64 price;
} Line;

G_GNUC_UNUSED static EH_DEFINE_SCHEMA (Line, line, EH_FIELD_STRING (product), EH_FIELD_INT64 (price));

typedef struct {
} Empty;

G_GNUC_UNUSED static EH_DEFINE_SCHEMA (Empty, empty);

typedef struct {
  gboolean boolean;
  gint64 int64;
  guint64 uint64;
  gdouble real;
  char *string;
  guint8 *bytes;
  gsize n_bytes;
  gint64 timestamp;
  Colour colour;
  Line line;
  Empty empty;
  char *json;
} Singles;

G_GNUC_UNUSED static EH_DEFINE_SCHEMA (Singles, singles, EH_FIELD_BOOLEAN (boolean), EH_FIELD_INT64 (int64),
                                       EH_FIELD_UINT64 (uint64), EH_FIELD_DOUBLE (real, .json_name = "double"),
                                       EH_FIELD_STRING (string), EH_FIELD_BYTES (bytes, n_bytes),
                                       EH_FIELD_TIMESTAMP (timestamp), EH_FIELD_ENUM (colour, colours),
                                       EH_FIELD_STRUCT (line, line), EH_FIELD_STRUCT (empty, empty),
                                       EH_FIELD_JSON (json));

typedef struct {
  gboolean *boolean;
  gint64 *int64;
  guint64 *uint64;
  gdouble *real;
  char *string;
  gint64 *timestamp;
  Colour *colour;
  Line *line;
  Empty *empty;
  char *json;
} Optionals;

G_GNUC_UNUSED static EH_DEFINE_SCHEMA (Optionals, optionals, EH_FIELD_OPTIONAL_BOOLEAN (boolean),
                                       EH_FIELD_OPTIONAL_INT64 (int64), EH_FIELD_OPTIONAL_UINT64 (uint64),
                                       EH_FIELD_OPTIONAL_DOUBLE (real, .json_name = "double"),
                                       EH_FIELD_OPTIONAL_STRING (string), EH_FIELD_OPTIONAL_TIMESTAMP (timestamp),
                                       EH_FIELD_OPTIONAL_ENUM (colour, colours), EH_FIELD_OPTIONAL_STRUCT (line, line),
                                       EH_FIELD_OPTIONAL_STRUCT (empty, empty), EH_FIELD_OPTIONAL_JSON (json));

typedef struct {
  gboolean *booleans;
  gsize n_booleans;
  gint64 *int64s;
  gsize n_int64s;
  guint64 *uint64s;
  gsize n_uint64s;
  gdouble *doubles;
  gsize n_doubles;
  char **strings;
  gsize n_strings;
  EhBytes *bytes;
  gsize n_bytes;
  gint64 *timestamps;
  gsize n_timestamps;
  Colour *colours;
  gsize n_colours;
  Line *lines;
  gsize n_lines;
  Empty *empties;
  gsize n_empties;
  char **jsons;
  gsize n_jsons;
} Arrays;

G_GNUC_UNUSED static EH_DEFINE_SCHEMA (
    Arrays, arrays, EH_FIELD_BOOLEAN_ARRAY (booleans, n_booleans), EH_FIELD_INT64_ARRAY (int64s, n_int64s),
    EH_FIELD_UINT64_ARRAY (uint64s, n_uint64s), EH_FIELD_DOUBLE_ARRAY (doubles, n_doubles),
    EH_FIELD_STRING_ARRAY (strings, n_strings), EH_FIELD_BYTES_ARRAY (bytes, n_bytes),
    EH_FIELD_TIMESTAMP_ARRAY (timestamps, n_timestamps), EH_FIELD_ENUM_ARRAY (colours, n_colours, colours),
    EH_FIELD_STRUCT_ARRAY (lines, n_lines, line), EH_FIELD_STRUCT_ARRAY (empties, n_empties, empty),
    EH_FIELD_JSON_ARRAY (jsons, n_jsons));

typedef struct _Tree Tree;
struct _Tree {
  char *name;
  Tree *branches;
  gsize n_branches;
  Tree *twin;
};

extern const EhSchema tree;
EH_DEFINE_SCHEMA (Tree, tree, EH_FIELD_STRING (name), EH_FIELD_STRUCT_ARRAY (branches, n_branches, tree),
                  EH_FIELD_OPTIONAL_STRUCT (twin, tree));

typedef struct {
  Singles singles;
  Optionals optionals;
  Arrays arrays;
  Tree tree;
} Everything;

G_GNUC_UNUSED static EH_DEFINE_SCHEMA (Everything, everything, EH_FIELD_STRUCT (singles, singles),
                                       EH_FIELD_STRUCT (optionals, optionals), EH_FIELD_STRUCT (arrays, arrays),
                                       EH_FIELD_STRUCT (tree, tree));
