# One function makes a module: its library, its fast tests, its full tests. Sources are found by folder, tests in the
# mirrored place under tests/: NAME_test.cc is fast, NAME_full_test.cc is full.

# Options that all of our own code is built with; third-party headers come in as SYSTEM.
function(cutlink_strict target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wformat=2 -Werror
    # Codecs are specified bit for bit: no fused multiply-add may change a rounding.
    -ffp-contract=off)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
  if(CUTLINK_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${CUTLINK_SANITIZE} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${CUTLINK_SANITIZE})
  endif()
endfunction()

# The kinds of compiling. Each has one precompiled header of what most of its sources include from other projects; a
# source still includes what it needs: CUTLINK_PCH=OFF proves it. In a Release build most of our code is compiled with
# -O1, which takes less time to compile. Where the time of a step goes is compiled with Release's own -O3: the kind
# "loops" (codecs and link models), and single sources that a module names as its LOOPS.
set(CUTLINK_HEADERS_plain <algorithm> <filesystem> <functional> <memory> <optional> <span> <string> <vector>
  <fmt/format.h>)
set(CUTLINK_HEADERS_loops ${CUTLINK_HEADERS_plain})
set(CUTLINK_HEADERS_torch <functional> <memory> <optional> <span> <string> <vector> <ATen/ATen.h>)
set(CUTLINK_HEADERS_tests_plain <filesystem> <memory> <string> <vector> <gtest/gtest.h> <gmock/gmock.h>)
set(CUTLINK_HEADERS_tests_torch ${CUTLINK_HEADERS_tests_plain} <ATen/ATen.h>)

function(cutlink_speed target kind)
  if(kind STREQUAL "loops")
    return()
  endif()
  set(options -O1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 warns wrongly of strings that are joined, at this level alone.
    list(APPEND options -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  target_compile_options(${target} PRIVATE "$<$<CONFIG:Release>:${options}>")
endfunction()

# kind: how `target` is compiled, as above.
function(cutlink_compile_as kind target)
  cutlink_speed(${target} ${kind})
  if(NOT CUTLINK_PCH)
    return()
  endif()
  set(headers cutlink_headers_${kind})
  if(NOT TARGET ${headers})
    file(WRITE ${CMAKE_BINARY_DIR}/empty.cc "")
    add_library(${headers} OBJECT ${CMAKE_BINARY_DIR}/empty.cc)
    cutlink_strict(${headers})
    cutlink_speed(${headers} ${kind})
    target_link_libraries(${headers} PRIVATE fmt::fmt)  # its definitions, as every source of ours has them
    if(kind MATCHES "torch")
      target_link_libraries(${headers} PRIVATE cutlink::torch)
    endif()
    if(kind MATCHES "^tests")
      target_link_libraries(${headers} PRIVATE GTest::gmock)  # its definitions, as the tests have them
    endif()
    target_precompile_headers(${headers} PRIVATE ${CUTLINK_HEADERS_${kind}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${headers})
endfunction()

# cutlink_module(NAME FOLDER [KIND kind] [LOOPS sources…] [WITHOUT sub-folder] LINKS targets… [BEHIND targets…] [TORCH]
#                [UNTESTED])
# FOLDER is relative to the project. KIND: how it is compiled, plain if not said. LOOPS: those of its sources, relative to
# FOLDER, that loop over tensors themselves. WITHOUT: a sub-folder that is a module of its own. BEHIND: targets that it
# needs when a program is linked, but none of whose include directories it may see. TORCH: its sources may include torch
# headers. UNTESTED: its tests are registered elsewhere (cutlink_tests).
function(cutlink_module name folder)
  cmake_parse_arguments(ARG "TORCH;UNTESTED" "KIND;WITHOUT" "LOOPS;LINKS;BEHIND" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main_[a-z_]*\\.cc$")
  if(ARG_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "/${folder}/${ARG_WITHOUT}/")
  endif()
  set(target cutlink_${name})
  add_library(${target} STATIC ${sources})
  cutlink_strict(${target})
  target_link_libraries(${target} PUBLIC ${ARG_LINKS})
  foreach(behind ${ARG_BEHIND})
    target_link_libraries(${target} INTERFACE $<LINK_ONLY:${behind}>)
  endforeach()
  set(kind plain)
  if(ARG_KIND)
    set(kind ${ARG_KIND})
  endif()
  set(tests plain)
  if(ARG_TORCH)
    target_link_libraries(${target} PUBLIC cutlink::torch)
  endif()
  if(kind STREQUAL "torch")
    set(tests torch)
  endif()
  cutlink_compile_as(${kind} ${target})
  foreach(source ${ARG_LOOPS})  # g++ does not take a header precompiled at another level
    set_source_files_properties(${PROJECT_SOURCE_DIR}/${folder}/${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
      COMPILE_OPTIONS "$<$<CONFIG:Release>:-O3>;${CUTLINK_TORCH_LOOPS}")
  endforeach()
  add_library(cutlink::${name} ALIAS ${target})

  if(NOT ARG_UNTESTED)
    cutlink_tests(${name} ${folder} ${target} tests_${tests})
  endif()
endfunction()

# The tests of a folder, both tiers, as NAME_fast_tests and NAME_full_tests.
function(cutlink_tests name folder library headers)
  foreach(tier fast full)
    cutlink_tier(${name} ${folder} "${library}" ${headers} ${tier})
  endforeach()
endfunction()

function(cutlink_tier name folder library headers tier)
  if(NOT CUTLINK_HAS_TESTS)
    return()
  endif()
  string(REGEX REPLACE "^src/" "" mirrored ${folder})
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${mirrored}/*_test.cc)
  if(tier STREQUAL "fast")
    list(FILTER tests EXCLUDE REGEX "_full_test\\.cc$")
  else()
    list(FILTER tests INCLUDE REGEX "_${tier}_test\\.cc$")
  endif()
  if(NOT tests)
    return()
  endif()
  set(executable ${name}_${tier}_tests)
  add_executable(${executable} ${tests})
  cutlink_strict(${executable})
  target_link_libraries(${executable} PRIVATE ${library} GTest::gtest_main GTest::gmock)
  target_include_directories(${executable} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${executable} PRIVATE
    CUTLINK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CUTLINK_PYTHON="${CUTLINK_PYTHON}")
  cutlink_compile_as(${headers} ${executable})
  set_property(GLOBAL APPEND PROPERTY CUTLINK_${tier}_TESTS ${executable})
  if(tier STREQUAL "fast")
    # One process a module: loading LibTorch under a sanitizer takes longer than most tests.
    add_test(NAME ${name}.fast COMMAND ${executable} --gtest_brief=1)
    set_tests_properties(${name}.fast PROPERTIES LABELS fast TIMEOUT 600)
  else()
    gtest_discover_tests(${executable} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}."
      PROPERTIES LABELS ${tier} TIMEOUT 900)
  endif()
endfunction()
