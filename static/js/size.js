// Bytes in powers of a thousand, as the server writes them.
(() => {
  const UNITS = ["B", "kB", "MB", "GB", "TB"];

  const size = (bytes) => {
    let step = 0;
    while (bytes >= 999.5 && step < UNITS.length - 1) {
      bytes /= 1000;
      step += 1;
    }
    return `${step === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)} ${UNITS[step]}`;
  };

  window.waybill = { ...window.waybill, size };
})();
