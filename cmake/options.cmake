# Our own code compiles without a warning, by the compiler that it is held to; what another one, which
# nobody here knows yet, warns of is no reason not to build. Generated code is not held to it.
set(first_other_compiler 13)
add_library(biglittle_options INTERFACE)
target_compile_options(biglittle_options INTERFACE
  -Wall -Wextra -Wpedantic
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,${first_other_compiler}>>:-Werror>
  -Wshadow
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:BIGLITTLE_SMALL_SIZES>>>:-Wconversion> -Wno-sign-conversion
  -Wno-missing-field-initializers  # what a designated initializer leaves out has its default
  -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
target_include_directories(biglittle_options INTERFACE ${PROJECT_SOURCE_DIR})

if(BIGLITTLE_SANITIZER)
  add_compile_options(-fsanitize=${BIGLITTLE_SANITIZER} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BIGLITTLE_SANITIZER})
endif()

# What no program uses of a module is left out of it.
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)
# Addresses to be moved at a start, of a word each in place of three.
include(CheckLinkerFlag)
check_linker_flag(CXX -Wl,-z,pack-relative-relocs have_pack_relative_relocs)
if(have_pack_relative_relocs)
  add_link_options(-Wl,-z,pack-relative-relocs)
endif()

option(BIGLITTLE_PCH "Compile the headers that nearly all files include only once" ON)

# biglittle_precompile(TARGET): the standard library, absl's status and fmt cost a file more time than
# its own code. Every file includes what it uses all the same: the tsan preset compiles without.
# One precompiled header for all, made with core, whose definitions all others have too; of a module
# that is optimized otherwise one of its own.
function(biglittle_precompile target)
  if(NOT BIGLITTLE_PCH)
    return()
  endif()
  get_target_property(options ${target} COMPILE_OPTIONS)
  if(target STREQUAL "biglittle_core" OR options MATCHES "-O")
    target_precompile_headers(${target} PRIVATE ${biglittle_common_headers})
  else()
    target_precompile_headers(${target} REUSE_FROM biglittle_core)
  endif()
endfunction()
set(biglittle_common_headers
    <algorithm> <array> <chrono> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <span> <string> <string_view> <utility> <variant> <vector> <absl/status/status.h>
    <absl/status/statusor.h> <fmt/format.h> ${PROJECT_SOURCE_DIR}/core/fmt_once.h)

# biglittle_module(NAME [COMPUTES] SOURCES file... PUBLIC target... PRIVATE target...): one static
# library a module. PUBLIC is for libraries whose types the module's own headers name, nothing else.
# COMPUTES: its loops are optimized with sanitizers as well, which compile the rest in half the time
# without.
function(biglittle_module name)
  cmake_parse_arguments(ARG "COMPUTES" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(biglittle_${name} STATIC ${ARG_SOURCES})
  if(ARG_COMPUTES AND BIGLITTLE_SANITIZER)
    target_compile_options(biglittle_${name} PRIVATE -O1)
  endif()
  target_include_directories(biglittle_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(biglittle_${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE}
                        biglittle_options)
  biglittle_precompile(biglittle_${name})
endfunction()
