/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-version-macros.h"

G_BEGIN_DECLS

/**
 * EH_JSON_DEPTH_MAX:
 *
 * The deepest nesting that is read or written.
 */
#define EH_JSON_DEPTH_MAX 64

/**
 * EH_JSON_SIZE_MAX:
 *
 * The most bytes of one JSON text.
 */
#define EH_JSON_SIZE_MAX (16u << 20)

/**
 * EH_SCHEMA_FIELDS_MAX:
 *
 * The most fields of one schema.
 */
#define EH_SCHEMA_FIELDS_MAX 64

typedef struct _EhSchema EhSchema;

/**
 * EhKind:
 * @EH_KIND_BOOLEAN: #gboolean, JSON true or false
 * @EH_KIND_INT64: #gint64, a JSON number without fraction or exponent
 * @EH_KIND_UINT64: #guint64, likewise
 * @EH_KIND_DOUBLE: #gdouble, finite; shortest text that reads back the same
 * @EH_KIND_STRING: char *, UTF-8; %NULL is JSON null
 * @EH_KIND_BYTES: guint8 * and a count, base64 in JSON
 * @EH_KIND_TIMESTAMP: #gint64 microseconds since 1970, RFC 3339 in UTC: "2026-01-01T00:00:00.000000Z"; from
 *   year 1 to 9999; on reading, an offset is applied and more than six decimals are refused
 * @EH_KIND_ENUM: #gint (or a C enum), its nick in JSON
 * @EH_KIND_STRUCT: another schema's struct, a JSON object
 * @EH_KIND_JSON: char *, any JSON text, kept as it is without white space around tokens; %NULL is JSON null
 *
 * What a member of a struct holds. The value of a double that is not finite, of a string that is not UTF-8
 * or of an enum without a nick is refused when it is written, never rounded or replaced.
 */
typedef enum {
  EH_KIND_BOOLEAN,
  EH_KIND_INT64,
  EH_KIND_UINT64,
  EH_KIND_DOUBLE,
  EH_KIND_STRING,
  EH_KIND_BYTES,
  EH_KIND_TIMESTAMP,
  EH_KIND_ENUM,
  EH_KIND_STRUCT,
  EH_KIND_JSON,
} EhKind;

/**
 * EhFieldFlags:
 * @EH_FIELD_FLAG_OPTIONAL: the member is a pointer to the value; %NULL is "absent" and is left out of the JSON
 *   (a string or JSON text is a pointer anyway)
 * @EH_FIELD_FLAG_ARRAY: the member is a pointer to the first of many, beside a #gsize count
 */
typedef enum {
  EH_FIELD_FLAG_NONE = 0,
  EH_FIELD_FLAG_OPTIONAL = 1 << 0,
  EH_FIELD_FLAG_ARRAY = 1 << 1,
} EhFieldFlags;

/**
 * EhEnumValue: (skip)
 *
 * One value of an enum and its name in JSON; a table of them ends with a %NULL nick.
 */
typedef struct {
  gint value;
  const char *nick;
} EhEnumValue;

/**
 * EhField: (skip)
 * @name: the member's name in C
 * @json_name: (nullable): its name in JSON where that is another one
 * @doc: (nullable): what it means, units included; shown in JSON Schema
 * @kind: what it holds
 * @flags: optional, array
 * @offset: where in the struct
 * @count_offset: of bytes and arrays: where the #gsize count is
 * @element_size: of EH_KIND_STRUCT: the size of one struct, compared with that of @schema
 * @schema: of EH_KIND_STRUCT: the schema of the struct
 * @values: of EH_KIND_ENUM: the table of nicks
 *
 * One member of a struct. Made by the EH_FIELD macros, which check the member's C type; members of EhField
 * may follow the macro's arguments: EH_FIELD_INT64 (amount, .json_name = "ammount", .doc = "in cents").
 */
typedef struct {
  const char *name;
  const char *json_name;
  const char *doc;
  EhKind kind;
  EhFieldFlags flags;
  guint32 offset;
  guint32 count_offset;
  guint32 element_size;
  const EhSchema *schema;
  const EhEnumValue *values;
} EhField;

/**
 * EhSchema: (skip)
 * @abi: EH_ABI_VERSION of the header that it was compiled with
 * @revision: 1, and one more each time stored data changes shape
 * @name: the struct's name, which is the type name of a message: "DepositPerformed"
 * @size: of the struct
 * @n_fields: how many fields
 * @fields: the members, in the order in which they are written
 *
 * Describes a C struct. From it the library derives copy, free, equality, JSON both ways, diff, print and
 * coverage. A schema is constant data that must live as long as any value of it.
 *
 * In a struct, memory that members point to belongs to the struct and is from g_malloc(), except in values
 * that are handed in as const (a compound literal) or handed out as const (a message's data).
 */
struct _EhSchema {
  guint32 abi;
  guint32 revision;
  const char *name;
  gsize size;
  gsize n_fields;
  const EhField *fields;
};

/**
 * EH_DEFINE_SCHEMA: (skip)
 *
 *     typedef struct { const char *owner; } AccountCreated;
 *     EH_DEFINE_SCHEMA (AccountCreated, account_created, EH_FIELD_STRING (owner))
 *
 * defines const EhSchema account_created. Put "static" before it to keep it in one file, or declare it in a
 * header with EH_DECLARE_SCHEMA (account_created). A struct without
 * members takes no fields, and a message of it no data: %NULL will do.
 */
#define EH_DEFINE_SCHEMA(Type, variable, ...) EH_DEFINE_SCHEMA_REVISION (Type, variable, 1, ##__VA_ARGS__)

/**
 * EH_DEFINE_SCHEMA_REVISION: (skip)
 *
 * The same with the revision of the stored shape.
 */
#define EH_DEFINE_SCHEMA_REVISION(Type, variable, revision_, ...)                                                      \
  EH_DEFINE_SCHEMA_AS (Type, variable, #Type, revision_, ##__VA_ARGS__)

/**
 * EH_DEFINE_SCHEMA_AS: (skip)
 *
 *     typedef struct { gdouble amount; } DepositPerformed1;
 *     EH_DEFINE_SCHEMA_AS (DepositPerformed1, deposit_performed_1, "DepositPerformed", 1, EH_FIELD_DOUBLE (amount))
 *
 * The same under another type name than the struct's: an old shape, for an upcaster.
 */
#define EH_DEFINE_SCHEMA_AS(Type, variable, name_, revision_, ...)                                                     \
  const EhSchema variable = {                                                                                          \
    .abi = EH_ABI_VERSION,                                                                                             \
    .revision = revision_,                                                                                             \
    .name = name_,                                                                                                     \
    .size = sizeof (Type),                                                                                             \
    .n_fields = 0 EH__FOR_EACH (EH__COUNT_ONE, Type, ##__VA_ARGS__),                                                   \
    .fields = (const EhField[]){ EH__FOR_EACH (EH__FIELD, Type, ##__VA_ARGS__){ .name = NULL } },                      \
  };

#define EH_DECLARE_SCHEMA(variable) extern const EhSchema variable;

/* The members of a schema. "count" names the gsize member that counts the elements of an array. */
#define EH_FIELD_BOOLEAN(member, ...) (EH__PLAIN, member, EH_KIND_BOOLEAN, gboolean, ##__VA_ARGS__)
#define EH_FIELD_INT64(member, ...) (EH__PLAIN, member, EH_KIND_INT64, gint64, ##__VA_ARGS__)
#define EH_FIELD_UINT64(member, ...) (EH__PLAIN, member, EH_KIND_UINT64, guint64, ##__VA_ARGS__)
#define EH_FIELD_DOUBLE(member, ...) (EH__PLAIN, member, EH_KIND_DOUBLE, gdouble, ##__VA_ARGS__)
#define EH_FIELD_TIMESTAMP(member, ...) (EH__PLAIN, member, EH_KIND_TIMESTAMP, gint64, ##__VA_ARGS__)
#define EH_FIELD_STRING(member, ...) (EH__TEXT, member, EH_KIND_STRING, EH_FIELD_FLAG_NONE, ##__VA_ARGS__)
#define EH_FIELD_JSON(member, ...) (EH__TEXT, member, EH_KIND_JSON, EH_FIELD_FLAG_NONE, ##__VA_ARGS__)
#define EH_FIELD_ENUM(member, nicks, ...) (EH__ENUM, member, nicks, ##__VA_ARGS__)
#define EH_FIELD_BYTES(member, count, ...)                                                                             \
  (EH__MANY, member, count, EH_KIND_BYTES, EH_FIELD_FLAG_NONE, guint8, ##__VA_ARGS__)
#define EH_FIELD_STRUCT(member, schema_, ...) (EH__STRUCT, member, schema_, ##__VA_ARGS__)

#define EH_FIELD_OPTIONAL_BOOLEAN(member, ...) (EH__OPTIONAL, member, EH_KIND_BOOLEAN, gboolean, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_INT64(member, ...) (EH__OPTIONAL, member, EH_KIND_INT64, gint64, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_UINT64(member, ...) (EH__OPTIONAL, member, EH_KIND_UINT64, guint64, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_DOUBLE(member, ...) (EH__OPTIONAL, member, EH_KIND_DOUBLE, gdouble, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_TIMESTAMP(member, ...) (EH__OPTIONAL, member, EH_KIND_TIMESTAMP, gint64, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_STRING(member, ...) (EH__TEXT, member, EH_KIND_STRING, EH_FIELD_FLAG_OPTIONAL, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_JSON(member, ...) (EH__TEXT, member, EH_KIND_JSON, EH_FIELD_FLAG_OPTIONAL, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_ENUM(member, nicks, ...)                                                                     \
  (EH__OPTIONAL, member, EH_KIND_ENUM, gint, .values = nicks, ##__VA_ARGS__)
#define EH_FIELD_OPTIONAL_STRUCT(member, schema_, ...) (EH__OPTIONAL_STRUCT, member, schema_, ##__VA_ARGS__)

#define EH_FIELD_BOOLEAN_ARRAY(member, count, ...)                                                                     \
  (EH__MANY, member, count, EH_KIND_BOOLEAN, EH_FIELD_FLAG_ARRAY, gboolean, ##__VA_ARGS__)
#define EH_FIELD_INT64_ARRAY(member, count, ...)                                                                       \
  (EH__MANY, member, count, EH_KIND_INT64, EH_FIELD_FLAG_ARRAY, gint64, ##__VA_ARGS__)
#define EH_FIELD_UINT64_ARRAY(member, count, ...)                                                                      \
  (EH__MANY, member, count, EH_KIND_UINT64, EH_FIELD_FLAG_ARRAY, guint64, ##__VA_ARGS__)
#define EH_FIELD_DOUBLE_ARRAY(member, count, ...)                                                                      \
  (EH__MANY, member, count, EH_KIND_DOUBLE, EH_FIELD_FLAG_ARRAY, gdouble, ##__VA_ARGS__)
#define EH_FIELD_TIMESTAMP_ARRAY(member, count, ...)                                                                   \
  (EH__MANY, member, count, EH_KIND_TIMESTAMP, EH_FIELD_FLAG_ARRAY, gint64, ##__VA_ARGS__)
#define EH_FIELD_STRING_ARRAY(member, count, ...)                                                                      \
  (EH__MANY, member, count, EH_KIND_STRING, EH_FIELD_FLAG_ARRAY, char *, ##__VA_ARGS__)
#define EH_FIELD_JSON_ARRAY(member, count, ...)                                                                        \
  (EH__MANY, member, count, EH_KIND_JSON, EH_FIELD_FLAG_ARRAY, char *, ##__VA_ARGS__)
#define EH_FIELD_ENUM_ARRAY(member, count, nicks, ...)                                                                 \
  (EH__MANY, member, count, EH_KIND_ENUM, EH_FIELD_FLAG_ARRAY, gint, .values = nicks, ##__VA_ARGS__)

/**
 * EH_FIELD_BYTES_ARRAY: (skip)
 *
 * An array of #EhBytes.
 */
#define EH_FIELD_BYTES_ARRAY(member, count, ...)                                                                       \
  (EH__MANY, member, count, EH_KIND_BYTES, EH_FIELD_FLAG_ARRAY, EhBytes, ##__VA_ARGS__)

/**
 * EH_FIELD_STRUCT_ARRAY: (skip)
 *
 * An array of structs, one after another.
 */
#define EH_FIELD_STRUCT_ARRAY(member, count, schema_, ...) (EH__STRUCT_ARRAY, member, count, schema_, ##__VA_ARGS__)

/**
 * EhBytes: (skip)
 *
 * An element of an array of bytes.
 */
typedef struct {
  guint8 *data;
  gsize size;
} EhBytes;

#include "eh-schema-macros.h"

/**
 * eh_schema_new: (skip)
 *
 * Returns: (transfer full): a zeroed struct; free it with eh_schema_free()
 */
EH_PUBLIC gpointer eh_schema_new (const EhSchema *schema);

/**
 * eh_schema_copy: (skip)
 *
 * Returns: (transfer full): a deep copy of @value
 */
EH_PUBLIC gpointer eh_schema_copy (const EhSchema *schema, gconstpointer value);

/**
 * eh_schema_clear: (skip)
 *
 * Frees what the members of @value point to and zeroes it.
 */
EH_PUBLIC void eh_schema_clear (const EhSchema *schema, gpointer value);

/**
 * eh_schema_free: (skip)
 *
 * Clears @value (nullable) and frees it.
 */
EH_PUBLIC void eh_schema_free (const EhSchema *schema, gpointer value);

/**
 * eh_schema_equal: (skip)
 *
 * Returns: whether all members are equal. Doubles are compared bit by bit, except that 0.0 equals -0.0; raw JSON
 *   by its text but for white space around tokens, and null equals %NULL; a %NULL string differs from an empty one; an
 *   array or bytes of length 0 equals %NULL.
 */
EH_PUBLIC gboolean eh_schema_equal (const EhSchema *schema, gconstpointer a, gconstpointer b);

/**
 * eh_schema_check: (skip)
 * @value: a struct of @schema; %NULL will do for one without members
 * @error: EH_ERROR_INVALID or EH_ERROR_LIMIT with the path of the member: "lines[2].price: not a finite number"
 *
 * Returns: whether @value can be written: text is UTF-8, numbers are finite, enums have nicks, times are in
 *   range, raw JSON is JSON
 */
EH_PUBLIC gboolean eh_schema_check (const EhSchema *schema, gconstpointer value, GError **error);

/**
 * eh_schema_write_json: (skip)
 * @out: where the text is appended; left as it was on failure
 * @error: as eh_schema_check()
 *
 * Writes @value as a JSON object without white space, members in the order of the schema. What
 * eh_schema_read_json() reads back is equal, but for raw JSON with white space around tokens, which is dropped, and
 * the raw JSON "null", which reads as %NULL.
 *
 * Returns: %FALSE if @value cannot be written
 */
EH_PUBLIC gboolean eh_schema_write_json (const EhSchema *schema, gconstpointer value, GString *out, GError **error);

/**
 * eh_schema_to_json: (skip)
 *
 * Returns: (transfer full) (nullable): the text of eh_schema_write_json(), or %NULL with @error set
 */
EH_PUBLIC char *eh_schema_to_json (const EhSchema *schema, gconstpointer value, GError **error);

/**
 * eh_schema_read_json: (skip)
 * @text: a JSON object and nothing else but white space around it; need not be nul-terminated
 * @length: in bytes; -1 if @text is nul-terminated
 * @value: (out caller-allocates): an uninitialised struct; on success free its members with eh_schema_clear(),
 *   on failure it is zeroed
 * @error: EH_ERROR_INVALID or EH_ERROR_LIMIT with path and byte offset:
 *   "lines[2].price: expected a number, found a string (byte 47)"
 *
 * Reads strict RFC 8259: no byte order mark, no trailing comma, valid UTF-8, no lone surrogate, no U+0000 in a
 * string, no member twice, at most EH_JSON_DEPTH_MAX deep and EH_JSON_SIZE_MAX long. Unknown members are checked and
 * skipped, missing ones take their default (zero, %NULL, empty), null likewise; a value of another type is an error.
 *
 * Returns: %FALSE if the text is not such an object
 */
EH_PUBLIC gboolean eh_schema_read_json (const EhSchema *schema, const char *text, gssize length, gpointer value,
                                        GError **error);

/**
 * eh_schema_print: (skip)
 *
 * Appends @value to @out for a person to read on one line: { owner: "mishudark", balance: 51 }. Prints what
 * cannot be written as JSON too.
 */
EH_PUBLIC void eh_schema_print (const EhSchema *schema, gconstpointer value, GString *out);

/**
 * eh_schema_find: (skip)
 *
 * Returns: (nullable): the field whose JSON name is @json_name, or %NULL
 */
EH_PUBLIC const EhField *eh_schema_find (const EhSchema *schema, const char *json_name);

/**
 * eh_field_get_json_name: (skip)
 *
 * Returns: the member's name in JSON
 */
EH_PUBLIC const char *eh_field_get_json_name (const EhField *field);

/**
 * eh_schema_validate: (skip)
 * @error: EH_ERROR_INVALID: another ABI, no name, a name twice or in need of escapes, too many fields, a missing table
 *   or schema, flags that do not go together, a member outside of the struct, a struct inside itself
 *
 * Returns: whether the table itself and all that it refers to are well-formed
 */
EH_PUBLIC gboolean eh_schema_validate (const EhSchema *schema, GError **error);

/**
 * eh_set_string: (skip)
 *
 * For event appliers: *@member becomes a copy of @text (nullable); the old string is freed.
 */
EH_PUBLIC void eh_set_string (char **member, const char *text);

G_END_DECLS
