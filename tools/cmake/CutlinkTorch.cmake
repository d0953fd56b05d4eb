# cutlink::torch: LibTorch by our own small imported target. The wheel's find_package(Torch) demands a CUDA toolkit even
# for CPU use. The wheel comes from the virtual environment that tools/setup makes, or from CUTLINK_TORCH_ROOT
# (a LibTorch >= 2.6 with include/ and lib/).

set(CUTLINK_TORCH_ROOT "" CACHE PATH "A LibTorch with include/ and lib/; empty: the wheel in the virtual environment")
set(torch_root "${CUTLINK_TORCH_ROOT}")
if(NOT torch_root)
  file(GLOB torch_wheels ${CUTLINK_VENV}/lib/python3*/site-packages/torch)
  list(LENGTH torch_wheels count)
  if(count EQUAL 0)
    message(FATAL_ERROR "LibTorch not found in ${CUTLINK_VENV}: run tools/setup, or set CUTLINK_TORCH_ROOT")
  endif()
  list(GET torch_wheels 0 torch_root)
endif()

# Not cached: another root would leave the old paths behind.
find_library(CUTLINK_TORCH_CPU torch_cpu PATHS ${torch_root}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
find_library(CUTLINK_C10 c10 PATHS ${torch_root}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
if(NOT EXISTS ${torch_root}/include/ATen/ATen.h)
  message(FATAL_ERROR "${torch_root}/include/ATen/ATen.h is missing: CUTLINK_TORCH_ROOT must hold include/ and lib/")
endif()

add_library(cutlink_torch INTERFACE)
add_library(cutlink::torch ALIAS cutlink_torch)
target_include_directories(cutlink_torch SYSTEM INTERFACE
  ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)
target_link_libraries(cutlink_torch INTERFACE ${CUTLINK_TORCH_CPU} ${CUTLINK_C10})
# The wheel brings the headers of a newer fmt without its library. Used without one, they cost every source two seconds:
# the system's fmt must be found first.
find_path(fmt_headers fmt/format.h NO_CACHE REQUIRED)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/first_headers)
file(CREATE_LINK ${fmt_headers}/fmt ${CMAKE_BINARY_DIR}/first_headers/fmt SYMBOLIC)
target_include_directories(cutlink_torch SYSTEM BEFORE INTERFACE ${CMAKE_BINARY_DIR}/first_headers)
# at::parallel_for in our own code runs on OpenMP, which must be the very library that LibTorch brings or uses. Clang's
# code wants another one than the wheel's libgomp: there those loops run on one thread.
# CUTLINK_TORCH_LOOPS: what sources with such loops are compiled with.
set(torch_gomp ${torch_root}/lib/libgomp.so.1)
set(CUTLINK_TORCH_LOOPS "")
if(NOT EXISTS ${torch_gomp})
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  set(CUTLINK_TORCH_LOOPS ${OpenMP_CXX_FLAGS})
  target_link_libraries(cutlink_torch INTERFACE OpenMP::OpenMP_CXX)
elseif(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  set(CUTLINK_TORCH_LOOPS ${OpenMP_CXX_FLAGS})
  target_link_libraries(cutlink_torch INTERFACE ${torch_gomp})
endif()
target_link_options(cutlink_torch INTERFACE -Wl,-rpath,${torch_root}/lib)
if(CUTLINK_CUDA)
  find_library(CUTLINK_TORCH_CUDA torch_cuda PATHS ${torch_root}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
  find_library(CUTLINK_C10_CUDA c10_cuda PATHS ${torch_root}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
  target_link_options(cutlink_torch INTERFACE
    -Wl,--no-as-needed ${CUTLINK_TORCH_CUDA} ${CUTLINK_C10_CUDA} -Wl,--as-needed)
endif()
set(CUTLINK_TORCH_FOUND_ROOT ${torch_root})
