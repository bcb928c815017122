/* attr_text.h - an attribute as it stands in a symbol file. */
#ifndef LP_FORMAT_ATTR_TEXT_H
#define LP_FORMAT_ATTR_TEXT_H

/* One key and value, NUL-terminated. */
typedef struct lp_attr_text {
  const char *key;
  const char *value;
} lp_attr_text;

#endif
