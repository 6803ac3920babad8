# What makes a fault in our code, or in a library that is linked into it, hard to use, for all
# programs; tests/structure/hardening.py holds the ones that are built to it. Before any target.
# What a compiler or processor does not have is left out: cf-protection is x86's, branch-protection
# ARM's.
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

function(biglittle_compile_option option)
  string(MAKE_C_IDENTIFIER "have${option}" have)
  check_cxx_compiler_flag(${option} ${have})
  if(${have})
    add_compile_options(${option})
  endif()
endfunction()

function(biglittle_link_option option)
  string(MAKE_C_IDENTIFIER "have${option}" have)
  check_linker_flag(CXX ${option} ${have})
  if(${have})
    add_link_options(${option})
  endif()
endfunction()

biglittle_compile_option(-fstack-protector-strong)
biglittle_compile_option(-fcf-protection=full)
biglittle_compile_option(-mbranch-protection=standard)
# Every library of ours is linked into a program, none is shared.
biglittle_compile_option(-fPIE)
# Of an index into a vector or a span, say: checked in place of undefined behaviour.
add_compile_definitions(_GLIBCXX_ASSERTIONS)
# It has to optimize, and the address sanitizer looks closer. Level 3 is known from g++ 12 on.
set(biglittle_fortified FALSE)
if(NOT BIGLITTLE_SANITIZER AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND CMAKE_BUILD_TYPE)
  set(biglittle_fortified TRUE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()

biglittle_link_option(-pie)
biglittle_link_option(-Wl,-z,relro)
biglittle_link_option(-Wl,-z,now)
biglittle_link_option(-Wl,-z,noexecstack)
