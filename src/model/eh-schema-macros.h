/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What EH_DEFINE_SCHEMA is made of. A field macro expands to a tuple (maker, member, ...) that does not yet know
 * its struct; EH__FOR_EACH hands the struct's type to each tuple's maker. Everything here is private.
 */

#define EH__PARENS ()
#define EH__EXPAND(...) EH__EXPAND_3 (EH__EXPAND_3 (EH__EXPAND_3 (EH__EXPAND_3 (__VA_ARGS__))))
#define EH__EXPAND_3(...) EH__EXPAND_2 (EH__EXPAND_2 (EH__EXPAND_2 (EH__EXPAND_2 (__VA_ARGS__))))
#define EH__EXPAND_2(...) EH__EXPAND_1 (EH__EXPAND_1 (EH__EXPAND_1 (EH__EXPAND_1 (__VA_ARGS__))))
#define EH__EXPAND_1(...) __VA_ARGS__

#define EH__FOR_EACH(macro, Type, ...) __VA_OPT__ (EH__EXPAND (EH__EACH (macro, Type, __VA_ARGS__)))
#define EH__EACH(macro, Type, tuple, ...)                                                                              \
  macro (Type, tuple) __VA_OPT__ (EH__EACH_AGAIN EH__PARENS (macro, Type, __VA_ARGS__))
#define EH__EACH_AGAIN() EH__EACH

#define EH__COUNT_ONE(Type, tuple) +1
#define EH__FIELD(Type, tuple) EH__FIELD_OPEN (Type, EH__STRIP tuple)
#define EH__STRIP(...) __VA_ARGS__
#define EH__FIELD_OPEN(Type, ...) EH__FIELD_MAKE (Type, __VA_ARGS__)
#define EH__FIELD_MAKE(Type, maker, ...) maker (Type, __VA_ARGS__)

/* 0, or a compile error that says which member has another type than its field. */
#define EH__SAME(condition, text)                                                                                      \
  (0 * sizeof (struct {                                                                                                \
     _Static_assert(condition, text);                                                                                  \
     char dummy;                                                                                                       \
   }))
#define EH__MEMBER(Type, member) (((Type *) 0)->member)
#define EH__IS(Type, member, ctype) __builtin_types_compatible_p (__typeof__ (EH__MEMBER (Type, member)), ctype)
#define EH__OFFSET(Type, member, condition)                                                                            \
  offsetof (Type, member) + EH__SAME (condition, #Type "." #member " has another type than its field")

#define EH__PLAIN(Type, member, kind_, ctype, ...)                                                                     \
  { .name = #member, .kind = kind_, .offset = EH__OFFSET (Type, member, EH__IS (Type, member, ctype)), __VA_ARGS__ },
#define EH__TEXT(Type, member, kind_, flags_, ...)                                                                     \
  { .name = #member,                                                                                                   \
    .kind = kind_,                                                                                                     \
    .flags = flags_,                                                                                                   \
    .offset = EH__OFFSET (Type, member, EH__IS (Type, member, char *) || EH__IS (Type, member, const char *)),         \
    __VA_ARGS__ },
#define EH__ENUM(Type, member, nicks, ...)                                                                             \
  { .name = #member,                                                                                                   \
    .kind = EH_KIND_ENUM,                                                                                              \
    .offset = EH__OFFSET (Type, member, sizeof (EH__MEMBER (Type, member)) == sizeof (gint)),                          \
    .values = nicks,                                                                                                   \
    __VA_ARGS__ },
#define EH__STRUCT(Type, member, schema_, ...)                                                                         \
  { .name = #member,                                                                                                   \
    .kind = EH_KIND_STRUCT,                                                                                            \
    .offset = offsetof (Type, member),                                                                                 \
    .element_size = sizeof (EH__MEMBER (Type, member)),                                                                \
    .schema = &(schema_),                                                                                              \
    __VA_ARGS__ },
#define EH__OPTIONAL(Type, member, kind_, ctype, ...)                                                                  \
  { .name = #member,                                                                                                   \
    .kind = kind_,                                                                                                     \
    .flags = EH_FIELD_FLAG_OPTIONAL,                                                                                   \
    .offset = EH__OFFSET (Type, member, sizeof (*EH__MEMBER (Type, member)) == sizeof (ctype)),                        \
    __VA_ARGS__ },
#define EH__OPTIONAL_STRUCT(Type, member, schema_, ...)                                                                \
  { .name = #member,                                                                                                   \
    .kind = EH_KIND_STRUCT,                                                                                            \
    .flags = EH_FIELD_FLAG_OPTIONAL,                                                                                   \
    .offset = EH__OFFSET (Type, member, sizeof (EH__MEMBER (Type, member)) == sizeof (gpointer)),                      \
    .element_size = sizeof (*EH__MEMBER (Type, member)),                                                               \
    .schema = &(schema_),                                                                                              \
    __VA_ARGS__ },
#define EH__MANY(Type, member, count, kind_, flags_, ctype, ...)                                                       \
  { .name = #member,                                                                                                   \
    .kind = kind_,                                                                                                     \
    .flags = flags_,                                                                                                   \
    .offset = EH__OFFSET (Type, member, sizeof (*EH__MEMBER (Type, member)) == sizeof (ctype)),                        \
    .count_offset = EH__OFFSET (Type, count, EH__IS (Type, count, gsize)),                                             \
    __VA_ARGS__ },
#define EH__STRUCT_ARRAY(Type, member, count, schema_, ...)                                                            \
  { .name = #member,                                                                                                   \
    .kind = EH_KIND_STRUCT,                                                                                            \
    .flags = EH_FIELD_FLAG_ARRAY,                                                                                      \
    .offset = EH__OFFSET (Type, member, sizeof (EH__MEMBER (Type, member)) == sizeof (gpointer)),                      \
    .count_offset = EH__OFFSET (Type, count, EH__IS (Type, count, gsize)),                                             \
    .element_size = sizeof (*EH__MEMBER (Type, member)),                                                               \
    .schema = &(schema_),                                                                                              \
    __VA_ARGS__ },
