/* What a plugin brings along in a library of its own. */
int origin_part(void);
int origin_part(void) {
  return 1;
}
