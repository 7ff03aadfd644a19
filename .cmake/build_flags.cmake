# One place for what every target is compiled and linked with.
add_library(navette_flags INTERFACE)
target_compile_options(navette_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wsuggest-override -Wformat=2 -Wextra-semi
  $<$<BOOL:${NAVETTE_WERROR}>:-Werror>)
target_compile_definitions(navette_flags INTERFACE BOOST_DLL_USE_STD_FS BOOST_ASIO_NO_DEPRECATED)
target_include_directories(navette_flags INTERFACE "${CMAKE_SOURCE_DIR}")

if(NAVETTE_SANITIZE)
  add_compile_options(-fsanitize=${NAVETTE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NAVETTE_SANITIZE})
  if(NAVETTE_SANITIZE MATCHES "undefined")
    # Connectors are loaded RTLD_LOCAL with hidden visibility: their typeinfo is not the host's, so vptr checks misfire.
    add_compile_options(-fno-sanitize=vptr)
  endif()
endif()
option(NAVETTE_FUZZ "Build the fuzz targets for libFuzzer" OFF)
if(NAVETTE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(NAVETTE_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

# A fast linker and a compiler cache where the machine has them; neither is needed.
find_program(NAVETTE_LLD NAMES ld.lld-19)
find_program(NAVETTE_MOLD NAMES mold)
if(NAVETTE_MOLD AND NOT NAVETTE_COVERAGE)
  add_link_options(-fuse-ld=mold)
elseif(NAVETTE_LLD)
  add_link_options(--ld-path=${NAVETTE_LLD})
endif()
find_program(NAVETTE_CCACHE NAMES ccache)
if(NAVETTE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${NAVETTE_CCACHE})
endif()
