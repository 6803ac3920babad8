# Every third-party library, found once. All are packages of Debian 12 and of Debian 13; ./biglittle installs them.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ALSA REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
# From its archives, of which a program takes what it uses: 0.2 of the 2 MB that all of its shared
# libraries are.
get_property(abseil_targets DIRECTORY PROPERTY IMPORTED_TARGETS)
list(FILTER abseil_targets INCLUDE REGEX "^absl::")
foreach(target ${abseil_targets})
  get_target_property(shared ${target} IMPORTED_LOCATION_NONE)
  if(shared)
    string(REGEX REPLACE "\\.so(\\.[0-9]+)*$" ".a" archive ${shared})
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_NONE ${archive} IMPORTED_LOCATION ${archive})
  endif()
endforeach()
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(eclipse-paho-mqtt-c REQUIRED)
find_package(PahoMqttCpp REQUIRED)

# Debian ships these three without a usable CMake package. OpenBLAS is loaded at run time, by
# nn/kernel/blas.cc.
find_path(OPENBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas-pthread openblas REQUIRED)
find_library(OPENBLAS_LIBRARY openblas PATH_SUFFIXES openblas-pthread REQUIRED)
add_library(openblas INTERFACE IMPORTED)
set_target_properties(openblas PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${OPENBLAS_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES "${CMAKE_DL_LIBS}")

# ONNX's messages, from the schema that its package has: of the library of them a device would need a
# tenth. The schema asks for messages without descriptors, by which the loader counts before it parses.
find_path(ONNX_PROTO_DIR onnx/onnx.proto REQUIRED)
set(onnx_generated ${PROJECT_BINARY_DIR}/onnx_schema)
file(READ ${ONNX_PROTO_DIR}/onnx/onnx.proto onnx_schema_text)
string(REPLACE "option optimize_for = LITE_RUNTIME;" "" onnx_schema_text "${onnx_schema_text}")
file(CONFIGURE OUTPUT ${onnx_generated}/onnx/onnx.proto CONTENT "${onnx_schema_text}" @ONLY)
set(onnx_messages ${onnx_generated}/onnx/onnx.pb)
add_custom_command(
  OUTPUT ${onnx_messages}.cc ${onnx_messages}.h
  COMMAND protobuf::protoc --proto_path=${onnx_generated} --cpp_out=${onnx_generated}
          ${onnx_generated}/onnx/onnx.proto
  DEPENDS ${onnx_generated}/onnx/onnx.proto
  VERBATIM)
add_library(onnx_schema STATIC ${onnx_messages}.cc)
target_include_directories(onnx_schema SYSTEM PUBLIC ${onnx_generated})
target_link_libraries(onnx_schema PUBLIC protobuf::libprotobuf)
# Without it protobuf writes a line of its own about every text that is no UTF-8.
target_compile_definitions(onnx_schema PRIVATE NDEBUG)

find_path(ZSTD_INCLUDE_DIR zstd.h REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
add_library(zstd INTERFACE IMPORTED)
set_target_properties(zstd PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${ZSTD_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES ${ZSTD_LIBRARY})

find_path(MODBUS_INCLUDE_DIR modbus/modbus.h REQUIRED)
find_library(MODBUS_LIBRARY modbus REQUIRED)
add_library(modbus INTERFACE IMPORTED)
set_target_properties(modbus PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${MODBUS_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES ${MODBUS_LIBRARY})

# Headers alone: the device loads these two at run time (device_agent/sources/camera/camera_libraries.h);
# a test makes JPEGs by the second.
find_path(V4L2_INCLUDE_DIR libv4l2.h REQUIRED)
find_path(TURBOJPEG_INCLUDE_DIR turbojpeg.h REQUIRED)
find_library(TURBOJPEG_LIBRARY turbojpeg REQUIRED)
add_library(turbojpeg INTERFACE IMPORTED)
set_target_properties(turbojpeg PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${TURBOJPEG_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES ${TURBOJPEG_LIBRARY})

# Headers only: the distributions of Boost.Math.
find_path(BOOST_MATH_INCLUDE_DIR boost/math/distributions/binomial.hpp REQUIRED)

# Headers only, too: its class of C++.
find_path(KISSFFT_INCLUDE_DIR kissfft/kissfft.hh REQUIRED)

# Vector instructions, chosen at run time. The sets left out are those without users enough to be
# worth a copy of the code, and those whose vectors have no fixed size.
find_package(HWY REQUIRED CONFIG)
set_property(TARGET hwy::hwy APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS
  "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_AVX3_DL|HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)")

# Its core only: Debian's CMake package would also look for a web server and for curl, which the
# other parts need.
find_path(PROMETHEUS_INCLUDE_DIR prometheus/registry.h REQUIRED)
find_library(PROMETHEUS_CORE_LIBRARY prometheus-cpp-core REQUIRED)
add_library(prometheus_core INTERFACE IMPORTED)
set_target_properties(prometheus_core PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES ${PROMETHEUS_INCLUDE_DIR}
  INTERFACE_LINK_LIBRARIES ${PROMETHEUS_CORE_LIBRARY})
