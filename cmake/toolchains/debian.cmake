# For a release and an architecture of Debian, by its compilers for another machine and a sysroot that
# deploy/cross/sysroot.py made:
#
#   cmake -S . -B build/cross/bookworm-arm64 -G Ninja --toolchain cmake/toolchains/debian.cmake
#         -D BIGLITTLE_RELEASE=bookworm -D BIGLITTLE_ARCHITECTURE=arm64
#
# BIGLITTLE_RELEASE       bookworm or trixie
# BIGLITTLE_ARCHITECTURE  amd64, arm64, armhf or i386
# BIGLITTLE_SYSROOT       where it lies; default: build/sysroot/RELEASE-ARCHITECTURE
# BIGLITTLE_RUN_HERE      ON: programs of amd64 and i386 run on this machine with the libraries of the
#                         sysroot, and nowhere else: for tests. Those of ARM run here by QEMU anyway.
set(BIGLITTLE_RELEASE "bookworm" CACHE STRING "Release of Debian that is built for")
set(BIGLITTLE_ARCHITECTURE "" CACHE STRING "Debian's name of the architecture that is built for")
set(BIGLITTLE_SYSROOT "" CACHE PATH "Root of the packages that are built with")
option(BIGLITTLE_RUN_HERE "Let the programs use the sysroot's libraries when they run")
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES
    BIGLITTLE_RELEASE BIGLITTLE_ARCHITECTURE BIGLITTLE_SYSROOT BIGLITTLE_RUN_HERE)

# The least processor of each that is built for (docs/devices.md); what it has beyond is found at run
# time. 32-bit files are no larger than 2 GiB unless it is asked for.
if(BIGLITTLE_ARCHITECTURE STREQUAL "amd64")
  set(CMAKE_SYSTEM_PROCESSOR x86_64)
  set(triplet x86_64-linux-gnu)
  set(compiler_of x86_64-linux-gnu)
  set(flags "")
  set(loader /lib64/ld-linux-x86-64.so.2)
elseif(BIGLITTLE_ARCHITECTURE STREQUAL "arm64")
  set(CMAKE_SYSTEM_PROCESSOR aarch64)
  set(triplet aarch64-linux-gnu)
  set(compiler_of aarch64-linux-gnu)
  set(flags "")
  set(emulator qemu-aarch64-static)
elseif(BIGLITTLE_ARCHITECTURE STREQUAL "armhf")
  set(CMAKE_SYSTEM_PROCESSOR armv7l)
  set(triplet arm-linux-gnueabihf)
  set(compiler_of arm-linux-gnueabihf)
  set(flags "-mfpu=neon -Wno-psabi -D_FILE_OFFSET_BITS=64")
  set(emulator qemu-arm-static)
elseif(BIGLITTLE_ARCHITECTURE STREQUAL "i386")
  set(CMAKE_SYSTEM_PROCESSOR i686)
  set(triplet i386-linux-gnu)
  set(compiler_of i686-linux-gnu)
  set(flags "-march=i686 -msse2 -mfpmath=sse -D_FILE_OFFSET_BITS=64")
  set(loader /lib/ld-linux.so.2)
else()
  message(FATAL_ERROR "BIGLITTLE_ARCHITECTURE is '${BIGLITTLE_ARCHITECTURE}': pass amd64, arm64, armhf or i386")
endif()
if(NOT BIGLITTLE_SYSROOT)
  cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR NORMALIZE OUTPUT_VARIABLE here)
  cmake_path(SET BIGLITTLE_SYSROOT NORMALIZE
             "${here}/../../build/sysroot/${BIGLITTLE_RELEASE}-${BIGLITTLE_ARCHITECTURE}")
endif()
if(NOT EXISTS ${BIGLITTLE_SYSROOT}/usr/lib/${triplet})
  message(FATAL_ERROR "${BIGLITTLE_SYSROOT} is no sysroot: run "
                      "deploy/cross/sysroot.py ${BIGLITTLE_RELEASE} ${BIGLITTLE_ARCHITECTURE}")
endif()

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSROOT ${BIGLITTLE_SYSROOT})
set(CMAKE_C_COMPILER ${compiler_of}-gcc-12)
set(CMAKE_CXX_COMPILER ${compiler_of}-g++-12)
set(CMAKE_LIBRARY_ARCHITECTURE ${triplet})

# A compiler of Debian's for another machine has headers and libraries of its own, those of Debian 12,
# which it would take before the sysroot's; this machine's own takes libstdc++ from beside itself.
set(headers "")
foreach(folder usr/lib/gcc/${compiler_of}/12/include usr/include/${triplet} usr/include)
  string(APPEND headers " -isystem ${BIGLITTLE_SYSROOT}/${folder}")
endforeach()
set(cxx_headers "")
foreach(folder usr/include/c++/12 usr/include/${triplet}/c++/12 usr/include/c++/12/backward)
  string(APPEND cxx_headers " -isystem ${BIGLITTLE_SYSROOT}/${folder}")
endforeach()
set(libraries ${BIGLITTLE_SYSROOT}/usr/lib/${triplet})
set(CMAKE_C_FLAGS_INIT "${flags} -nostdinc${headers}")
set(CMAKE_CXX_FLAGS_INIT "${flags} -nostdinc -nostdinc++${cxx_headers}${headers}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-B${libraries} -Wl,-rpath-link,${libraries}")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
foreach(kind LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
if(emulator)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${emulator};-L;${BIGLITTLE_SYSROOT}")
elseif(BIGLITTLE_RUN_HERE)
  string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT
         " -Wl,--dynamic-linker=${BIGLITTLE_SYSROOT}${loader}"
         " -Wl,--disable-new-dtags,-rpath,${libraries}")
endif()
