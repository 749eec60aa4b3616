// Stands in for the package toggle-selection, which comes without a licence
// text. Browsers copy the first selection only, so the former one has to go
// before a query can be copied. Unlike the package this does not restore it.
module.exports = () => {
  getSelection().removeAllRanges();
  return () => {};
};
