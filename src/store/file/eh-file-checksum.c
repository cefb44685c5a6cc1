/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-checksum-private.h"

#include "store/file/eh-file-format-private.h"

/*
 * CRC-32C. The processor's instruction takes eight bytes and answers after three cycles, but can begin one in each
 * cycle; so the data is cut into three lanes that go on side by side. Lanes are joined by what a CRC is: the remainder
 * of a polynomial. The first lane's has to be multiplied by x^(bits of the other two), the second's by x^(bits of the
 * third); a multiplication without carries does that, and the instruction itself brings the product back to
 * 32 bits, multiplying by x^33 on the way (once for the reflected order of bits), which the constants allow for.
 * Below three lanes of two words it is not worth it.
 */

/* CRCs of single bytes. */
static const guint32 byte_table[256] = {
  0x00000000, 0xf26b8303, 0xe13b70f7, 0x1350f3f4, 0xc79a971f, 0x35f1141c, 0x26a1e7e8, 0xd4ca64eb, 0x8ad958cf,
  0x78b2dbcc, 0x6be22838, 0x9989ab3b, 0x4d43cfd0, 0xbf284cd3, 0xac78bf27, 0x5e133c24, 0x105ec76f, 0xe235446c,
  0xf165b798, 0x030e349b, 0xd7c45070, 0x25afd373, 0x36ff2087, 0xc494a384, 0x9a879fa0, 0x68ec1ca3, 0x7bbcef57,
  0x89d76c54, 0x5d1d08bf, 0xaf768bbc, 0xbc267848, 0x4e4dfb4b, 0x20bd8ede, 0xd2d60ddd, 0xc186fe29, 0x33ed7d2a,
  0xe72719c1, 0x154c9ac2, 0x061c6936, 0xf477ea35, 0xaa64d611, 0x580f5512, 0x4b5fa6e6, 0xb93425e5, 0x6dfe410e,
  0x9f95c20d, 0x8cc531f9, 0x7eaeb2fa, 0x30e349b1, 0xc288cab2, 0xd1d83946, 0x23b3ba45, 0xf779deae, 0x05125dad,
  0x1642ae59, 0xe4292d5a, 0xba3a117e, 0x4851927d, 0x5b016189, 0xa96ae28a, 0x7da08661, 0x8fcb0562, 0x9c9bf696,
  0x6ef07595, 0x417b1dbc, 0xb3109ebf, 0xa0406d4b, 0x522bee48, 0x86e18aa3, 0x748a09a0, 0x67dafa54, 0x95b17957,
  0xcba24573, 0x39c9c670, 0x2a993584, 0xd8f2b687, 0x0c38d26c, 0xfe53516f, 0xed03a29b, 0x1f682198, 0x5125dad3,
  0xa34e59d0, 0xb01eaa24, 0x42752927, 0x96bf4dcc, 0x64d4cecf, 0x77843d3b, 0x85efbe38, 0xdbfc821c, 0x2997011f,
  0x3ac7f2eb, 0xc8ac71e8, 0x1c661503, 0xee0d9600, 0xfd5d65f4, 0x0f36e6f7, 0x61c69362, 0x93ad1061, 0x80fde395,
  0x72966096, 0xa65c047d, 0x5437877e, 0x4767748a, 0xb50cf789, 0xeb1fcbad, 0x197448ae, 0x0a24bb5a, 0xf84f3859,
  0x2c855cb2, 0xdeeedfb1, 0xcdbe2c45, 0x3fd5af46, 0x7198540d, 0x83f3d70e, 0x90a324fa, 0x62c8a7f9, 0xb602c312,
  0x44694011, 0x5739b3e5, 0xa55230e6, 0xfb410cc2, 0x092a8fc1, 0x1a7a7c35, 0xe811ff36, 0x3cdb9bdd, 0xceb018de,
  0xdde0eb2a, 0x2f8b6829, 0x82f63b78, 0x709db87b, 0x63cd4b8f, 0x91a6c88c, 0x456cac67, 0xb7072f64, 0xa457dc90,
  0x563c5f93, 0x082f63b7, 0xfa44e0b4, 0xe9141340, 0x1b7f9043, 0xcfb5f4a8, 0x3dde77ab, 0x2e8e845f, 0xdce5075c,
  0x92a8fc17, 0x60c37f14, 0x73938ce0, 0x81f80fe3, 0x55326b08, 0xa759e80b, 0xb4091bff, 0x466298fc, 0x1871a4d8,
  0xea1a27db, 0xf94ad42f, 0x0b21572c, 0xdfeb33c7, 0x2d80b0c4, 0x3ed04330, 0xccbbc033, 0xa24bb5a6, 0x502036a5,
  0x4370c551, 0xb11b4652, 0x65d122b9, 0x97baa1ba, 0x84ea524e, 0x7681d14d, 0x2892ed69, 0xdaf96e6a, 0xc9a99d9e,
  0x3bc21e9d, 0xef087a76, 0x1d63f975, 0x0e330a81, 0xfc588982, 0xb21572c9, 0x407ef1ca, 0x532e023e, 0xa145813d,
  0x758fe5d6, 0x87e466d5, 0x94b49521, 0x66df1622, 0x38cc2a06, 0xcaa7a905, 0xd9f75af1, 0x2b9cd9f2, 0xff56bd19,
  0x0d3d3e1a, 0x1e6dcdee, 0xec064eed, 0xc38d26c4, 0x31e6a5c7, 0x22b65633, 0xd0ddd530, 0x0417b1db, 0xf67c32d8,
  0xe52cc12c, 0x1747422f, 0x49547e0b, 0xbb3ffd08, 0xa86f0efc, 0x5a048dff, 0x8ecee914, 0x7ca56a17, 0x6ff599e3,
  0x9d9e1ae0, 0xd3d3e1ab, 0x21b862a8, 0x32e8915c, 0xc083125f, 0x144976b4, 0xe622f5b7, 0xf5720643, 0x07198540,
  0x590ab964, 0xab613a67, 0xb831c993, 0x4a5a4a90, 0x9e902e7b, 0x6cfbad78, 0x7fab5e8c, 0x8dc0dd8f, 0xe330a81a,
  0x115b2b19, 0x020bd8ed, 0xf0605bee, 0x24aa3f05, 0xd6c1bc06, 0xc5914ff2, 0x37faccf1, 0x69e9f0d5, 0x9b8273d6,
  0x88d28022, 0x7ab90321, 0xae7367ca, 0x5c18e4c9, 0x4f48173d, 0xbd23943e, 0xf36e6f75, 0x0105ec76, 0x12551f82,
  0xe03e9c81, 0x34f4f86a, 0xc69f7b69, 0xd5cf889d, 0x27a40b9e, 0x79b737ba, 0x8bdcb4b9, 0x988c474d, 0x6ae7c44e,
  0xbe2da0a5, 0x4c4623a6, 0x5f16d052, 0xad7d5351,
};

guint32
eh_crc32c_portable (guint32 crc, gconstpointer data, gsize size)
{
  const guint8 *p = data;

  crc = ~crc;
  for (gsize i = 0; i < size; i++)
    crc = byte_table[(crc ^ p[i]) & 0xff] ^ crc >> 8;
  return ~crc;
}

#if defined(__x86_64__)

#include <immintrin.h>

#define LANE_MAX 64 /* words */

/* x^(64 n - 33) modulo the polynomial, for n = 1 to 2 * LANE_MAX words; bits reflected. */
static const guint32 shift_by_words[128] = {
  0x00000001, 0x493c7d27, 0xf20c0dfe, 0xba4fc28e, 0x3da6d0cb, 0xddc0152b, 0x1c291d04, 0x9e4addf8, 0x740eef02,
  0x39d3b296, 0x083a6eec, 0x0715ce53, 0xc49f4f67, 0x47db8317, 0x2ad91c30, 0x0d3b6092, 0x6992cea2, 0xc96cfdc0,
  0x7e908048, 0x878a92a7, 0x1b3d8f29, 0xdaece73e, 0xf1d0f55e, 0xab7aff2a, 0xa87ab8a8, 0x2162d385, 0x8462d800,
  0x83348832, 0x71d111a8, 0x299847d5, 0xffd852c6, 0xb9e02b86, 0xdcb17aa4, 0x18b33a4e, 0xf37c5aee, 0xb6dd949b,
  0x6051d5a2, 0x78d9ccb7, 0x18b0d4ff, 0xbac2fd7b, 0x21f3d99c, 0xa60ce07b, 0x8f158014, 0xce7f39f4, 0xa00457f7,
  0x61d82e56, 0x8d6d2c43, 0xd270f1a2, 0x00ac29cf, 0xc619809d, 0xe9adf796, 0x2b3cac5d, 0x96638b34, 0x65863b64,
  0xe0e9f351, 0x1b03397f, 0x9af01f2d, 0xebb883bd, 0x2cff42cf, 0xb3e32c28, 0x88f25a3a, 0x064f7f26, 0x4e36f0b0,
  0xdd7e3b0c, 0xbd6f81f8, 0xf285651c, 0x91c9bd4b, 0x10746f3c, 0x885f087b, 0xc7a68855, 0x4c144932, 0x271d9844,
  0x52148f02, 0x8e766a0c, 0xa3c6f37a, 0x93a5f730, 0xd7c0557f, 0x6cb08e5c, 0x63ded06a, 0x6b749fb2, 0x4d56973c,
  0x1393e203, 0x9669c9df, 0xcec3662e, 0xe417f38a, 0x96c515bb, 0x4b9e0f71, 0xe6fc4e6a, 0xd104b8fc, 0x8227bb8a,
  0x5b397730, 0xb0cd4768, 0xe78eb416, 0x39c7ff35, 0x61ff0e01, 0xd7a4825c, 0x8d96551c, 0x0ab3844b, 0x0bf80dd2,
  0x0167d312, 0x8821abed, 0xf6076544, 0x6a45d2b2, 0x26f6a60a, 0xd8d26619, 0xa741c1bf, 0xde87806c, 0x98d8d9cb,
  0x14338754, 0x49c3cc9c, 0x5bd2011f, 0x68bce87a, 0xdd07448e, 0x57a3d037, 0xdde8f5b9, 0x6956fc3b, 0xa3e3e02c,
  0x42d98888, 0xd73c7bea, 0x3771e98f, 0x80ff0093, 0xb42ae3d9, 0x8fe4c34d, 0x2178513a, 0xdf99fc11, 0xe0ac139e,
  0x6c23e841, 0x170076fa,
};

#define WITH_CRC __attribute__ ((target ("sse4.2,pclmul")))

WITH_CRC static inline guint64
shift (guint64 crc, guint n_words)
{
  const __m128i product = _mm_clmulepi64_si128 (_mm_cvtsi64_si128 ((gint64) crc),
                                                _mm_cvtsi64_si128 (shift_by_words[n_words - 1]), 0);

  return (guint64) _mm_cvtsi128_si64 (product);
}

/* Three lanes of @n words each. */
WITH_CRC static guint64
three_lanes (guint64 crc, const guint8 *p, guint n)
{
  const guint8 *second = p + n * 8;
  const guint8 *third = second + n * 8;
  guint64 crc_2 = 0;
  guint64 crc_3 = 0;

  for (guint i = 0; i + 1 < n; i++)
    {
      crc = _mm_crc32_u64 (crc, eh_load_64 (p + i * 8));
      crc_2 = _mm_crc32_u64 (crc_2, eh_load_64 (second + i * 8));
      crc_3 = _mm_crc32_u64 (crc_3, eh_load_64 (third + i * 8));
    }
  crc = _mm_crc32_u64 (crc, eh_load_64 (second - 8));
  crc_2 = _mm_crc32_u64 (crc_2, eh_load_64 (third - 8));
  return _mm_crc32_u64 (crc_3, eh_load_64 (third + n * 8 - 8) ^ shift (crc, 2 * n) ^ shift (crc_2, n));
}

WITH_CRC static guint32
crc32c_instruction (guint32 start, const guint8 *p, gsize size)
{
  guint64 crc = (guint32) ~start;

  while (size >= 3 * 2 * 8)
    {
      const guint n = (guint) MIN (size / 24, LANE_MAX);

      crc = three_lanes (crc, p, n);
      p += n * 24;
      size -= n * 24;
    }
  for (; size >= 8; p += 8, size -= 8)
    crc = _mm_crc32_u64 (crc, eh_load_64 (p));
  if ((size & 4) != 0)
    {
      crc = _mm_crc32_u32 ((guint32) crc, eh_load_32 (p));
      p += 4;
    }
  for (size &= 3; size > 0; size--)
    crc = _mm_crc32_u8 ((guint32) crc, *p++);
  return ~(guint32) crc;
}

guint32
eh_crc32c (guint32 crc, gconstpointer data, gsize size)
{
  if (G_LIKELY (__builtin_cpu_supports ("sse4.2") && __builtin_cpu_supports ("pclmul")))
    return crc32c_instruction (crc, data, size);
  return eh_crc32c_portable (crc, data, size);
}

#else

guint32
eh_crc32c (guint32 crc, gconstpointer data, gsize size)
{
  return eh_crc32c_portable (crc, data, size);
}

#endif
