# wk_library(websocket DIR gateway/websocket SOURCES a.cpp b.cpp DEPS wk::base)
#
# Each library sees the include tree through a view of its own, so that the header of a module it does not link does not
# resolve: a wrong arrow between modules is a compile error.
function(wk_library name)
  cmake_parse_arguments(ARG "" "DIR" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  set(view ${PROJECT_BINARY_DIR}/include/${name})
  cmake_path(GET ARG_DIR PARENT_PATH parent)
  file(MAKE_DIRECTORY ${view}/${parent})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${ARG_DIR} ${view}/${ARG_DIR} SYMBOLIC)
  add_library(wk_${name} STATIC ${ARG_SOURCES})
  add_library(wk::${name} ALIAS wk_${name})
  target_include_directories(wk_${name} PUBLIC ${view})
  target_link_libraries(wk_${name} PUBLIC ${ARG_DEPS} PRIVATE wk_options ${ARG_PRIVATE_DEPS})
endfunction()

# wk_test(journal_test SOURCES a_test.cpp DEPS wk::embedded): one GoogleTest binary per module, known to ctest as one test.
function(wk_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} wk_options GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

# wk_bench(ring_bench SOURCES ring_bench.cpp DEPS wk::broker): built with the target `benches`, run by hand.
add_custom_target(benches)
function(wk_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} wk_options benchmark::benchmark)
  add_dependencies(benches ${name})
endfunction()
