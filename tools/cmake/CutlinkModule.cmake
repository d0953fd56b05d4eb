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

# cutlink_module(NAME FOLDER LINKS targets… [TORCH])
# FOLDER is relative to the project; TORCH says that the module's sources may include torch headers.
function(cutlink_module name folder)
  cmake_parse_arguments(ARG "TORCH" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  set(target cutlink_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    cutlink_strict(${target})
    target_link_libraries(${target} PUBLIC ${ARG_LINKS})
    if(ARG_TORCH)
      target_link_libraries(${target} PUBLIC cutlink::torch)
    endif()
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${ARG_LINKS})
  endif()
  add_library(cutlink::${name} ALIAS ${target})

  foreach(tier fast full)
    cutlink_tests(${name} ${folder} ${tier})
  endforeach()
endfunction()

function(cutlink_tests name folder tier)
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
  target_link_libraries(${executable} PRIVATE cutlink::${name} GTest::gtest_main GTest::gmock)
  target_include_directories(${executable} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${executable} PRIVATE
    CUTLINK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CUTLINK_PYTHON="${CUTLINK_PYTHON}")
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
