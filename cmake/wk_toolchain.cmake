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

# libFuzzer (clang alone has it): every file of ours counts the edges it takes; cmake/wk_library.cmake makes the targets.
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
