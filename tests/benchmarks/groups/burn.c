/* burn MS: runs until it has had so much of a processor. */
#include <stdlib.h>
#include <time.h>

int main(int count, char** words) {
  const double wanted = count > 1 ? strtod(words[1], NULL) / 1000 : 0;
  while ((double)clock() / CLOCKS_PER_SEC < wanted) {
  }
  return 0;
}
