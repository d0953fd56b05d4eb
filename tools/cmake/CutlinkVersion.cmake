# Tells version.cc which version and commit this is. Only that one file is compiled again when they change.
find_package(Git QUIET)
set(CUTLINK_COMMIT "")
if(GIT_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE CUTLINK_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(EXISTS ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
    set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
      ${PROJECT_SOURCE_DIR}/.git/logs/HEAD)
  endif()
endif()
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/base/version.cc PROPERTIES COMPILE_DEFINITIONS
  "CUTLINK_VERSION=\"${PROJECT_VERSION}\";CUTLINK_COMMIT=\"${CUTLINK_COMMIT}\"")
