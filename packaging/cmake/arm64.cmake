# Cross-compiles for arm64 on x86-64, with Debian's compiler: cmake --preset default --toolchain packaging/cmake/arm64.cmake.
# Libraries that are linked lie in build/arm64-libraries, where packaging/release puts them; what is header-only is the
# build machine's own.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
# Programs that the build makes and runs: those that write the manual and the schema.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L /usr/aarch64-linux-gnu)

get_filename_component(libraries ${CMAKE_CURRENT_LIST_DIR}/../../build/arm64-libraries/usr ABSOLUTE)
list(PREPEND CMAKE_PREFIX_PATH ${libraries})
set(CMAKE_C_FLAGS_INIT "-isystem ${libraries}/include/aarch64-linux-gnu")
set(CMAKE_CXX_FLAGS_INIT "-isystem ${libraries}/include/aarch64-linux-gnu")
set(fmt_DIR /usr/lib/x86_64-linux-gnu/cmake/fmt)
set(spdlog_DIR /usr/lib/x86_64-linux-gnu/cmake/spdlog)
