document.querySelector('#app')?.append('Pavio');
