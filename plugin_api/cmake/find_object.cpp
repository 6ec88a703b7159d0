// The unwinder in a static libgcc of GCC 12 asks glibc where an address has its exception tables, by a
// function that glibc has since 2.35. This one of the program's own does without it, so that a program built
// on a new system runs with glibc 2.34, too. It is called when an exception is thrown.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <link.h>

#include <cstddef>
#include <cstdint>

#ifdef DLFO_STRUCT_HAS_EH_DBASE

namespace {

struct Search {
  std::uintptr_t address;
  dl_find_object* found;
};

int look_into(dl_phdr_info* object, std::size_t, void* context) {
  const auto* search = static_cast<const Search*>(context);
  bool holds = false;
  for (std::size_t at = 0; at < object->dlpi_phnum; ++at) {
    const ElfW(Phdr)& header = object->dlpi_phdr[at];
    const std::uintptr_t begin = object->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_LOAD && search->address - begin < header.p_memsz) {
      holds = true;
      search->found->dlfo_map_start = reinterpret_cast<void*>(begin);
      search->found->dlfo_map_end = reinterpret_cast<void*>(begin + header.p_memsz);
    }
    if (header.p_type == PT_GNU_EH_FRAME) search->found->dlfo_eh_frame = reinterpret_cast<void*>(begin);
  }
  return holds ? 1 : 0;
}

}  // namespace

extern "C" __attribute__((visibility("hidden"))) int _dl_find_object(void* address,
                                                                     dl_find_object* result) noexcept {
  *result = {};
  Search search{reinterpret_cast<std::uintptr_t>(address), result};
  return dl_iterate_phdr(look_into, &search) == 1 && result->dlfo_eh_frame != nullptr ? 0 : -1;
}

#endif
