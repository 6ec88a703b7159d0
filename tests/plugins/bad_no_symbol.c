/* Fault: exports no entry function. */
int dream_of_something_else(void);
int dream_of_something_else(void) {
  return 0;
}
