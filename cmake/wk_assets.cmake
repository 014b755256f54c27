# wk_asset_library(assets ROOT ${dir}): a library with web/assets.hpp whose files are those below ROOT, at build time.
#
# New and vanished files are seen because the list is made again at every build (CONFIGURE_DEPENDS), changed ones because
# the packing depends on each of them. An empty ROOT embeds nothing, so that C++ work needs no Node.
function(wk_asset_library name)
  cmake_parse_arguments(ARG "" "ROOT" "" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${name})
  file(MAKE_DIRECTORY ${out})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false ${ARG_ROOT}/*)
  # The list itself is a dependency: a file that vanished leaves no newer file behind.
  set(list ${out}/files.txt)
  list(JOIN files "\n" lines)
  file(CONFIGURE OUTPUT ${list} CONTENT "${lines}\n" @ONLY)
  add_custom_command(
    OUTPUT ${out}/assets.bin ${out}/asset_records.cpp
    COMMAND wk_embed_assets ${ARG_ROOT} ${out}/assets.bin ${out}/asset_records.cpp
    DEPENDS wk_embed_assets ${list} ${files}
    COMMENT "Embedding ${ARG_ROOT}"
    VERBATIM)
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/assets_blob.S.in ${out}/assets_blob.S @ONLY)
  set_property(SOURCE ${out}/assets_blob.S PROPERTY OBJECT_DEPENDS ${out}/assets.bin)
  wk_library(${name} DIR web
    SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/assets.cpp ${out}/assets_blob.S ${out}/asset_records.cpp)
endfunction()
