# Whether the tests are part of this build: CUTLINK_HAS_TESTS. Without GoogleTest the program is built all the same, and
# the test targets only say what is missing. BUILD_TESTING=OFF leaves the tests out, too.
option(CUTLINK_NEED_TESTS "Fail if the tests cannot be built (the presets that exist for tests set it)" OFF)

set(CUTLINK_HAS_TESTS OFF)
set(CUTLINK_NO_TESTS "left out: BUILD_TESTING is OFF")
if(BUILD_TESTING)
  find_package(GTest 1.12 QUIET)
  if(GTest_FOUND)
    include(GoogleTest)
    set(CUTLINK_HAS_TESTS ON)
  else()
    set(CUTLINK_NO_TESTS "left out: no GoogleTest 1.12 or newer here (tools/setup --tests installs it)")
  endif()
endif()

if(NOT CUTLINK_HAS_TESTS)
  if(CUTLINK_NEED_TESTS)
    message(FATAL_ERROR "The tests are ${CUTLINK_NO_TESTS}, but this build is for them")
  endif()
  foreach(target build_fast build_full fast full)
    add_custom_target(${target}
      COMMAND ${CMAKE_COMMAND} -E echo "The tests are ${CUTLINK_NO_TESTS}"
      COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
  endforeach()
endif()
