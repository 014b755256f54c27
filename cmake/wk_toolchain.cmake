# Warnings, sanitizers, linker, compiler cache: the same for every target of ours.
option(WK_WERROR "Warnings are errors" OFF)
set(WK_SANITIZE "" CACHE STRING "address,undefined | thread | empty")

add_library(wk_options INTERFACE)
target_compile_options(wk_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -fno-omit-frame-pointer
  $<$<BOOL:${WK_WERROR}>:-Werror>)
# g++ 12 reports false positives of these two inside the standard library when it inlines.
target_compile_options(wk_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overflow>)
if(WK_SANITIZE)
  target_compile_options(wk_options INTERFACE -fsanitize=${WK_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(wk_options INTERFACE -fsanitize=${WK_SANITIZE})
endif()

# Hardening (docs/security.md; tests/abuse/secrets.test.mjs looks at the binary). Debian's compilers make position independent
# executables by themselves; with all addresses bound at the start, the tables that calls go through are read-only from then on.
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
# In every build, so that tests stop where what is shipped would: checks of indices, empty containers and optionals in the standard library.
target_compile_definitions(wk_options INTERFACE _GLIBCXX_ASSERTIONS)
# What is shipped, in its own code: bounds of the C library's copies where the compiler knows the size (FORTIFY), a canary in front of
# the return address of functions with arrays, and no jump over the guard page. Sanitizers do that better, and Debug code is not optimised,
# which FORTIFY needs.
if(NOT WK_SANITIZE)
  target_compile_options(wk_options INTERFACE $<$<CONFIG:RelWithDebInfo,Release>:
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection>)
endif()

# libFuzzer (of clang): every file of ours counts the edges it takes; cmake/wk_library.cmake makes the targets.
option(WK_FUZZ "Build fuzz targets; needs clang" OFF)
if(WK_FUZZ)
  target_compile_options(wk_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(wk_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(WK_MOLD mold)
if(WK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(WK_CCACHE ccache)
if(WK_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${WK_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${WK_CCACHE})
endif()

# Headers of libraries read once for a whole build (cmake/wk_library.cmake). Not in the presets that people build with: there a file with a
# missing #include has to fail.
option(WK_PCH "Precompiled headers for libraries, too" OFF)
